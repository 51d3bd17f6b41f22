import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** `clean`: with the variables of `env` only. */
type Run = { cwd: string; env?: Record<string, string>; clean?: boolean }

/** Runs a command as a shell would, in a process group of its own. Its output is kept, both streams in one. */
function launch(command: string, { cwd, env, clean = false }: Run): { child: ChildProcess; output: () => string } {
  const child = spawn('bash', ['-c', command], {
    cwd,
    env: { ...(clean ? {} : process.env), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return { child, output: () => output }
}

/** Runs a command to its end and gives what it printed. Throws with that if it fails. */
export async function run(command: string, options: Run): Promise<string> {
  const { child, output } = launch(command, options)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${output()}`)
  return output()
}

export type Running = { output: () => string; interrupt: () => Promise<number | null> }

/** Starts a command that goes on, and waits until it has printed what says that it is ready. */
export async function start(command: string, ready: RegExp, options: Run): Promise<Running> {
  const { child, output } = launch(command, options)
  const closed = once(child, 'close')
  while (!ready.test(output())) {
    const ended = await Promise.race([closed, once(child.stdout ?? child, 'data'), once(child.stderr ?? child, 'data')])
    if (child.exitCode !== null) throw new Error(`${command}\nended with ${ended[0]}:\n${output()}`)
  }
  return {
    output,
    /** As Ctrl-C does: every process of the group gets the signal. */
    interrupt: async () => {
      if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGINT')
      await closed
      return child.exitCode
    },
  }
}

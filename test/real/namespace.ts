import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** The first process waits for the end of its input, and so for ours: nothing is left behind by a run that was cut off. */
const UNSHARE = ['-n', '-p', '-f', '--mount-proc', '--kill-child', 'sh', '-c', 'ip link set lo up && echo up && exec cat']

export type Started = { child: ChildProcess; output: () => string }

/** A network of its own that is a loopback only. */
export type Namespace = {
  /** Starts a program there; its output is kept, both streams in one. It gets `env` and a PATH, nothing else. */
  start: (command: readonly string[], env?: Record<string, string>) => Started
  /** Runs a program to its end and gives what it printed. Throws with that if it fails. */
  run: (command: readonly string[], env?: Record<string, string>) => Promise<string>
  /** Ends everything in it. */
  close: () => Promise<void>
}

/** Starts programs in a namespace that is there. `first`: the id of a process in it. */
export function enterNamespace(first: string): Omit<Namespace, 'close'> {
  function start(command: readonly string[], env: Record<string, string> = {}): Started {
    const PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
    const child = spawn('nsenter', ['--target', first, '--net', '--pid', '--mount', ...command], {
      env: { PATH, LC_ALL: 'C', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    return { child, output: () => output }
  }

  return {
    start,
    async run(command, env) {
      const { child, output } = start(command, env)
      const [code] = await once(child, 'close')
      if (code !== 0) throw new Error(`${command.join(' ')}\nended with ${code}:\n${output()}`)
      return output()
    },
  }
}

/** Needs root. */
export async function openNamespace(): Promise<Namespace> {
  const unshared = spawn('unshare', UNSHARE, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(unshared.stdout, 'data')
  const first = readFileSync(`/proc/${unshared.pid}/task/${unshared.pid}/children`, 'utf8').trim()
  return {
    ...enterNamespace(first),
    async close() {
      const closed = once(unshared, 'close')
      unshared.kill('SIGKILL')
      await closed
    },
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'vitest'
import { until } from '../asterisk/until.ts'

/** A program, with all its processes: Kamailio is many. */
export type Program = {
  /** Both streams in one. */
  output: () => string
  signal: (signal: NodeJS.Signals) => void
  /** Resolves when all have ended. */
  end: (signal: NodeJS.Signals) => Promise<void>
}

/** Starts a program and waits until it has printed what says that it is ready. */
export async function startProgram([program = '', ...args]: readonly string[], ready: string): Promise<Program> {
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const signal = (signal: NodeJS.Signals) => void process.kill(-(child.pid as number), signal)
  const started: Program = {
    output: () => output,
    signal,
    async end(how) {
      if (child.exitCode !== null || child.signalCode !== null) return
      signal(how)
      await closed
    },
  }
  try {
    await until(() => expect(output).toContain(ready))
  } catch (error) {
    await started.end('SIGKILL')
    throw error
  }
  return started
}

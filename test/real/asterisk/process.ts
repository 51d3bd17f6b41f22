import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Namespace, Started } from '../namespace.ts'

/** A program in the namespace that can be sent signals. */
export type Program = Started & {
  signal: (signal: 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2') => void
  /** Resolves when it has ended. */
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
}

/** `nsenter` waits outside for the program, and stops with it: a signal to go on is for both. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

export function startProgram(namespace: Namespace, command: readonly string[], env?: Record<string, string>): Program {
  const started = namespace.start(command, env)
  const closed = once(started.child, 'close')
  const send = (signal: NodeJS.Signals) => {
    const outer = started.child.pid as number
    for (const pid of childrenOf(outer)) process.kill(pid, signal)
    if (signal === 'SIGCONT') process.kill(outer, signal)
  }
  return {
    ...started,
    signal: send,
    async end(signal) {
      if (started.child.exitCode !== null || started.child.signalCode !== null) return
      send(signal)
      await closed
    },
  }
}

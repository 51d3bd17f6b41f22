import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { MessageChannel, Worker } from 'node:worker_threads'
import type { InvokeBatch } from './queue.ts'
import type { RelayWorkerData } from './worker.ts'

/** `log` gets every line that a function writes to standard output or error. */
export type RelayOptions = RelayWorkerData & { env: Record<string, string>; log: (line: string) => void }
/** `events` runs the function `events`, one batch at a time. While it is away, nobody reaches it by HTTP. */
export type Relay = {
  url: string
  events: InvokeBatch
  setAway: (away: boolean) => Promise<void>
  close: () => Promise<unknown>
}

/** Starts the relay's functions behind HTTP. Rejects with the error that kept them from starting, a taken port among them. */
export async function startRelay({ env, log, ...workerData }: RelayOptions): Promise<Relay> {
  const { port1: door, port2: itsDoor } = new MessageChannel()
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    env,
    workerData: { ...workerData, door: itsDoor },
    transferList: [itsDoor],
    stdout: true,
    stderr: true,
  })
  // Lambda puts both into the function's log group.
  for (const input of [worker.stdout, worker.stderr]) createInterface({ input }).on('line', log)
  const [url] = await once(worker, 'message')
  return {
    url,
    events: async (batch) => {
      worker.postMessage(batch)
      const [answer] = await once(worker, 'message')
      return answer
    },
    setAway: async (away) => {
      door.postMessage(away)
      await once(door, 'message')
    },
    close: () => worker.terminate(),
  }
}

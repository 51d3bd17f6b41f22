import { setTimeout as sleep } from 'node:timers/promises'
import type { Ask } from './ask.ts'
import type { Findings } from './findings.ts'
import type { PnsProcess } from './pns-process.ts'

const LOOK_MS = 100
/** Much longer than any pause of the outbox. */
const PATIENCE_MS = 60_000

/** Waits until `done` gives true, asking again and again; says what it was when the patience ends. */
async function until(what: string, findings: Findings, done: () => Promise<{ done: boolean; seen: unknown }>): Promise<void> {
  const limit = performance.now() + PATIENCE_MS
  for (;;) {
    const { done: yes, seen } = await done()
    if (yes || findings.signal.aborted) return
    if (performance.now() > limit)
      return findings.wrong(`${what}: not in ${PATIENCE_MS / 1000} s of fair weather; ${JSON.stringify(seen)}`)
    await sleep(LOOK_MS)
  }
}

/** Nothing is left to be told to the relay. */
export const drained = (ask: Ask, findings: Findings): Promise<void> =>
  until('the outbox is empty', findings, async () => {
    const seen = await ask('/health')
    return { done: typeof seen === 'object' && seen.body.outbox.waiting === 0, seen }
  })

/** Has the PNS compare both sides and repair what differs, asking again where the relay failed. */
export const synced = (ask: Ask, findings: Findings): Promise<void> =>
  until('sync is done', findings, async () => {
    const status = await ask('/sync_status')
    if (typeof status === 'string') return { done: false, seen: status }
    if (['idle', 'failed'].includes(status.body.state)) await ask('/sync', { rate: 1000, removeUnknown: true })
    return { done: status.body.state === 'done', seen: status }
  })

/** Ends the PNS as its service manager would: what it has stored can be read then. */
export async function restAt(pns: PnsProcess): Promise<void> {
  await pns.ready()
  await pns.end('SIGTERM')
}

import type { Logger } from 'pino'
import type { Wake } from '../wire/wakes.ts'
import type { Clock } from './clock.ts'
import { PnsProblem } from './problem.ts'
import type { Relay } from './relay/relay.ts'

type Pending = Omit<Wake, 'agoMs'> & { at: number }

/** So that the phones of one call go in one request, and soon. */
const GATHER_MS = 1_000
/** A request costs the same with one wake as with a hundred: a few may go soon, and one each so many ms in the long run. */
const SOON = 5
const APART_MS = 30_000
const RETRY_MS = 5_000
const BUDGET_MS = 2_000
const BATCH = 100
const KEPT = 10_000

/** Reports wakes in batches. Best effort: they are measurements, and a call does not depend on them. */
export function createWakes({ relay, clock, log }: { relay: () => Relay; clock: Clock; log: Logger }) {
  let pending: Pending[] = []
  let [failed, closed] = [false, false]
  /** Until when the requests that were not full would have lasted, one each `APART_MS`. */
  let paidUntil = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | undefined

  async function send(): Promise<void> {
    const batch = pending.splice(0, BATCH)
    const body = () => ({ wakes: batch.map(({ at, ...wake }) => ({ ...wake, agoMs: clock.monotonic() - at })) })
    try {
      await relay().once('wakes', { body, budgetMs: BUDGET_MS })
      failed = false
      if (batch.length < BATCH) paidUntil = Math.max(paidUntil, clock.monotonic()) + APART_MS
    } catch (error) {
      const { code, message } = error as PnsProblem
      log.warn({ wakes: batch.length, code, detail: message }, 'wakes not reported')
      failed = !(error instanceof PnsProblem && code === 'relay_refused')
      if (failed) pending = [...batch, ...pending].slice(-KEPT)
    }
  }

  /** A full batch goes at once, unless the relay failed just now. */
  function schedule(): void {
    if (closed || sending || pending.length === 0) return
    const full = pending.length >= BATCH && !failed
    if (timer && !full) return
    clearTimeout(timer)
    const wait = failed ? RETRY_MS : Math.max(GATHER_MS, paidUntil - SOON * APART_MS - clock.monotonic())
    timer = setTimeout(run, full ? 0 : wait).unref()
  }

  function run(): void {
    timer = undefined
    sending = send().finally(() => {
      sending = undefined
      schedule()
    })
  }

  return {
    /** `askedAt` and now are of the monotonic clock. Gives the milliseconds between them. */
    add(wake: Omit<Wake, 'agoMs' | 'wakeMs'>, askedAt: number): number {
      const at = clock.monotonic()
      const wakeMs = Math.round(at - askedAt)
      pending = [...pending, { ...wake, wakeMs, at }].slice(-KEPT)
      schedule()
      return wakeMs
    },
    /** Sends what is left, until the relay fails. */
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      await sending
      do {
        failed = false
        if (pending.length > 0) await send()
      } while (pending.length > 0 && !failed)
    },
  }
}

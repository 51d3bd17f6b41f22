import type { Logger } from 'pino'
import type { Wake } from '../wire/wakes.ts'
import type { Clock } from './clock.ts'
import { PnsProblem } from './problem.ts'
import type { Relay } from './relay/relay.ts'
import type { Store } from './store/store.ts'
import type { StoredWake } from './store/stored-wakes.ts'

/** So that the phones of one call go in one request, and soon. */
const GATHER_MS = 1_000
/** A request costs the same with one wake as with a hundred: a few may go soon, and one each so many ms in the long run. */
const SOON = 5
const APART_MS = 10_000
const RETRY_MS = 5_000
const BUDGET_MS = 2_000
const BATCH = 100
/** What the relay takes; a wake that has waited longer came about then. */
const OLDEST_MS = 7 * 24 * 3600 * 1000

type Dependencies = { store: Pick<Store, 'wakes'>; relay: () => Relay; clock: Clock; log: Logger }

/** Reports wakes in batches, and keeps them while the relay is away. A call does not depend on them: what cannot be kept is lost. */
export function createWakes({ store: { wakes }, relay, clock, log }: Dependencies) {
  let [failed, closed] = [false, false]
  /** Until when the requests that were not full would have lasted, one each `APART_MS`. */
  let paidUntil = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | undefined
  let waiting = wakes.oldest(BATCH).length

  const reported = ({ id: _, at, ...wake }: StoredWake) => ({
    ...wake,
    agoMs: Math.min(OLDEST_MS, Math.max(0, clock.wall() - at)),
  })

  async function send(): Promise<void> {
    const batch = wakes.oldest(BATCH)
    const last = batch.at(-1)
    if (!last) return
    const body = () => ({ wakes: batch.map(reported) })
    failed = await relay()
      .once('wakes', { body, budgetMs: BUDGET_MS })
      .then(() => false, undone)
    if (failed) return
    wakes.drop(last.id)
    waiting = wakes.oldest(BATCH).length
    if (batch.length < BATCH) paidUntil = Math.max(paidUntil, clock.monotonic()) + APART_MS
  }

  /** Whether to try again: what the relay refuses for good is dropped. */
  function undone(error: unknown): boolean {
    const { code, message } = error as PnsProblem
    log.warn({ code, detail: message }, 'wakes not reported')
    return !(error instanceof PnsProblem && code === 'relay_refused')
  }

  /** A full batch goes at once, unless the relay failed just now. */
  function schedule(): void {
    if (closed || sending || waiting === 0) return
    const full = waiting >= BATCH && !failed
    if (timer && !full) return
    clearTimeout(timer)
    const wait = failed ? RETRY_MS : Math.max(GATHER_MS, paidUntil - SOON * APART_MS - clock.monotonic())
    timer = setTimeout(run, full ? 0 : wait).unref()
  }

  function run(): void {
    timer = undefined
    sending = send()
      .catch((error) => log.error({ err: error }, 'wakes could not be read'))
      .finally(() => {
        sending = undefined
        schedule()
      })
  }

  schedule()
  return {
    /** `askedAt` is of the monotonic clock. Gives the milliseconds from then to now. */
    add(wake: Omit<Wake, 'agoMs' | 'wakeMs'>, askedAt: number): number {
      const wakeMs = Math.round(clock.monotonic() - askedAt)
      try {
        wakes.add({ ...wake, wakeMs, at: clock.wall() })
        waiting += 1
        schedule()
      } catch (error) {
        log.error({ err: error }, 'wake not kept')
      }
      return wakeMs
    },
    /** Sends what is left, until the relay fails: the rest is kept for the next start. */
    async close(): Promise<void> {
      closed = true
      clearTimeout(timer)
      await sending
      do {
        failed = false
        await send()
      } while (waiting > 0 && !failed)
    },
  }
}

import type { Logger } from 'pino'
import type { Wake } from '../wire/wakes.ts'
import type { Clock } from './clock.ts'
import { PnsProblem } from './problem.ts'
import type { Relay } from './relay/relay.ts'

type Pending = Omit<Wake, 'agoMs'> & { at: number }

/** So that the phones of one call go in one request. */
const GATHER_MS = 500
const BUDGET_MS = 2_000
const RETRY_MS = 5_000
const BATCH = 100
const KEPT = 10_000

/** Reports wakes in batches. Best effort: they are measurements, and a call does not depend on them. */
export function createWakes({ relay, clock, log }: { relay: () => Relay; clock: Clock; log: Logger }) {
  let pending: Pending[] = []
  let timer: NodeJS.Timeout | undefined
  let sending = Promise.resolve()

  async function send(): Promise<void> {
    const batch = pending.splice(0, BATCH)
    if (batch.length === 0) return
    const body = () => ({ wakes: batch.map(({ at, ...wake }) => ({ ...wake, agoMs: clock.monotonic() - at })) })
    try {
      await relay().once('wakes', { body, budgetMs: BUDGET_MS })
      if (pending.length > 0) schedule(0)
    } catch (error) {
      const { code, message } = error as PnsProblem
      log.warn({ wakes: batch.length, code, detail: message }, 'wakes not reported')
      if (error instanceof PnsProblem && error.code === 'relay_refused') return
      pending = [...batch, ...pending].slice(-KEPT)
      schedule(RETRY_MS)
    }
  }

  function schedule(delayMs: number): void {
    timer ??= setTimeout(() => {
      timer = undefined
      sending = send()
    }, delayMs).unref()
  }

  return {
    /** `askedAt` and now are of the monotonic clock. Gives the milliseconds between them. */
    add(wake: Omit<Wake, 'agoMs' | 'wakeMs'>, askedAt: number): number {
      const at = clock.monotonic()
      const wakeMs = Math.round(at - askedAt)
      pending = [...pending, { ...wake, wakeMs, at }].slice(-KEPT)
      schedule(GATHER_MS)
      return wakeMs
    },
    /** Sends what is left, once. */
    async close(): Promise<void> {
      await sending
      await send()
      clearTimeout(timer)
    },
  }
}

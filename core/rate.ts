import type { Clock } from './clock.ts'
import type { RateStore } from './ports.ts'

const MINUTE_MS = 60_000
const FLUSH_MS = 1000

/** `remaining` pushes in a window that ends in `resetSeconds`. */
export type RateState = { allowed: boolean; remaining: number; resetSeconds: number }

type Counter = { minute: number; shared: number; pending: number; flushedAt: number }

export type Rate = ReturnType<typeof createRate>

/**
 * Pushes a minute and PBX, counted in memory. What this container counted is added to the table at most once a second,
 * and not at all while the PBX is under a tenth of its quota: the limit guards an account's bill, it is not a meter.
 */
export function createRate(store: RateStore, clock: Clock) {
  const counters = new Map<string, Counter>()

  function counterOf(pbx: string): Counter {
    const minute = Math.floor(clock.now() / MINUTE_MS)
    const known = counters.get(pbx)
    if (known?.minute === minute) return known
    const fresh = { minute, shared: 0, pending: 0, flushedAt: 0 }
    counters.set(pbx, fresh)
    return fresh
  }

  return {
    /** Takes `pushes` while any are left of `quota`: the last call of a minute rings on all of its devices. */
    take(pbx: string, pushes: number, quota: number): RateState {
      const counter = counterOf(pbx)
      const allowed = counter.shared + counter.pending < quota
      if (allowed) counter.pending += pushes
      const remaining = Math.max(0, quota - counter.shared - counter.pending)
      return { allowed, remaining, resetSeconds: Math.ceil((MINUTE_MS - (clock.now() % MINUTE_MS)) / 1000) }
    },

    /** Shares the count with the other containers, if it is time to. Off the critical path: after the pushes. */
    async flush(pbx: string, quota: number): Promise<void> {
      const counter = counterOf(pbx)
      const { minute, pending } = counter
      const now = clock.now()
      if (pending === 0 || counter.shared + pending < quota / 10 || now - counter.flushedAt < FLUSH_MS) return
      // What is under way counts as shared, so that a slow write is not written again.
      Object.assign(counter, { flushedAt: now, pending: 0, shared: counter.shared + pending })
      try {
        counter.shared = Math.max(counter.shared, await store.add(pbx, minute, pending))
      } catch (error) {
        Object.assign(counter, { pending: counter.pending + pending, shared: counter.shared - pending })
        throw error
      }
    },
  }
}

/** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10). */
export const rateHeaders = (state: RateState, quota: number): Record<string, string> => ({
  'ratelimit-policy': `"pushes";q=${quota};w=60`,
  ratelimit: `"pushes";r=${state.remaining};t=${state.resetSeconds}`,
})

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { PnsProblem, type PnsProblemCode } from '../problem.ts'

/** Half of it certain, half of it drawn, so that many clients of one relay do not return in step. */
export const jitter = (ms: number): number => ms / 2 + (Math.random() * ms) / 2

/** Milliseconds until the next attempt; `undefined` for a failure that an attempt more cannot mend. */
export function retryDelay(error: unknown, failures: number): number | undefined {
  if (!(error instanceof PnsProblem)) return undefined
  const { code, extras } = error
  if (code === 'push_rate_exceeded' && extras.retryAfterSeconds !== undefined) return extras.retryAfterSeconds * 1000
  // A 429 without Retry-After is API Gateway's own: its bucket fills again within milliseconds.
  const passing =
    code === 'relay_unreachable' ||
    code === 'push_rate_exceeded' ||
    (code === 'relay_failed' && [502, 503, 504].includes(extras.relay?.status ?? 0))
  return passing ? jitter(Math.min(50 * 2 ** failures, 1000)) : undefined
}

/** Says less than the failure before it: the deadline cut the attempt short, or there was none. */
const SAYS_LESS: readonly unknown[] = ['relay_slow', 'relay_away'] satisfies PnsProblemCode[]

/**
 * Attempts until one succeeds, one fails for good, the next could not begin within the budget, or `mayRetry` says no.
 * `failures` is how many there were before.
 */
export async function withinBudget<T>(
  budgetMs: number,
  clock: Clock,
  mayRetry: () => boolean,
  attempt: (remainingMs: number, failures: number) => Promise<T>,
): Promise<T> {
  const deadline = clock.monotonic() + budgetMs
  let before: unknown
  for (let failures = 0; ; failures++) {
    try {
      return await attempt(Math.max(1, deadline - clock.monotonic()), failures)
    } catch (error) {
      if (before && error instanceof PnsProblem && SAYS_LESS.includes(error.code)) throw before
      const delay = retryDelay(error, failures)
      if (delay === undefined || clock.monotonic() + delay >= deadline || !mayRetry()) throw error
      before = error
      await sleep(delay)
    }
  }
}

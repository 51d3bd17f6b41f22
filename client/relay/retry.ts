import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { PnsProblem } from '../problem.ts'

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

/**
 * Attempts until one succeeds, one fails for good, the next could not begin within the budget, or `isOpen` says no. An
 * attempt that the deadline cut short says less than the failure before it, so that one is thrown.
 */
export async function withinBudget<T>(
  budgetMs: number,
  clock: Clock,
  isOpen: () => boolean,
  attempt: (remainingMs: number) => Promise<T>,
): Promise<T> {
  const deadline = clock.monotonic() + budgetMs
  let before: unknown
  for (let failures = 0; ; failures++) {
    try {
      return await attempt(Math.max(1, deadline - clock.monotonic()))
    } catch (error) {
      if (before && error instanceof PnsProblem && error.code === 'relay_slow') throw before
      const delay = retryDelay(error, failures)
      if (!isOpen() || delay === undefined || clock.monotonic() + delay >= deadline) throw error
      before = error
      await sleep(delay)
    }
  }
}

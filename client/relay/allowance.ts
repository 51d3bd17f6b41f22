import type { Clock } from '../clock.ts'

const SHARE = 0.1
const RESERVE = 10
const PER_SECOND = 0.5

/**
 * What attempts beyond the first may cost all requests together, so that a failing relay is not hammered: one for ten
 * requests, and a reserve of ten that comes back at one in two seconds, for a PBX with few calls.
 */
export function createAllowance({ monotonic }: Pick<Clock, 'monotonic'>) {
  let tokens = RESERVE
  let at = monotonic()

  function add(earned: number): void {
    const now = monotonic()
    tokens = Math.min(RESERVE, tokens + earned + ((now - at) / 1000) * PER_SECOND)
    at = now
  }

  return {
    /** A request was made. */
    earn: () => add(SHARE),
    /** Whether there may be one attempt more. */
    take(): boolean {
      add(0)
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}

const WINDOW = 256
const ENOUGH = 20
const BEFORE_ENOUGH_MS = 500
const SOONEST_MS = 50

/** How long the last answers took, in milliseconds. */
export function createLatencies() {
  const window: number[] = []
  let next = 0
  return {
    add(ms: number): void {
      window[next] = ms
      next = (next + 1) % WINDOW
    },
    /** Nothing before there are twenty. */
    p95(): number | undefined {
      if (window.length < ENOUGH) return undefined
      return window.toSorted((a, b) => a - b)[Math.ceil(window.length * 0.95) - 1]
    },
  }
}

/** How long the first address may take before the second is asked too: as one answer in twenty does, and half of what is left at most. */
export const hedgeDelay = (p95: number | undefined, remainingMs: number): number =>
  Math.min(Math.max(p95 ?? BEFORE_ENOUGH_MS, SOONEST_MS), remainingMs / 2)

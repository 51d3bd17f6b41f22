/** Time is a parameter: the rules read it here, tests bring their own. Milliseconds since 1970, and durations in ms. */
export type Clock = { now: () => number; sleep: (ms: number) => Promise<void> }

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

export const isoTime = (ms: number): string => new Date(ms).toISOString()

/** Time as the simulation sees it: `now` in ms since 1970; `after` runs something `ms` later and gives a way to call it off. */
export type Clock = { now: () => number; after: (ms: number, run: () => void) => () => void }

/** The machine's clock. Its timers do not keep the process alive: what is simulated never stands in the way of an exit. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref()
    return () => clearTimeout(timer)
  },
}

export const wait = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))

export type VirtualClock = Clock & { advance: (ms: number) => Promise<void> }

/** A clock that stands still until it is told to advance: for tests that must not wait. */
export function virtualClock(start: number): VirtualClock {
  let now = start
  const timers = new Set<{ at: number; run: () => void }>()
  const next = (until: number) => [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  return {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance: async (ms) => {
      const end = now + ms
      await settled()
      for (let timer = next(end); timer; timer = next(end)) {
        timers.delete(timer)
        now = timer.at
        timer.run()
        await settled()
      }
      now = end
    },
  }
}

/** Lets every promise that is already resolved run its continuations. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

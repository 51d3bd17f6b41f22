import type { Clock } from '../../core/clock.ts'

export const START = Date.parse('2026-03-02T09:00:10.000Z')

/** Time that passes only while everybody sleeps: whoever sleeps shortest wakes first, and the clock is then that late. */
export function virtualClock(start = START): Clock {
  let now = start
  let sleepers: { at: number; wake: () => void }[] = []

  // An immediate runs when every promise that can go on has gone on.
  const wakeNext = () => {
    const at = Math.min(...sleepers.map((sleeper) => sleeper.at))
    const first = sleepers.find((sleeper) => sleeper.at === at)
    sleepers = sleepers.filter((sleeper) => sleeper !== first)
    now = at
    first?.wake()
  }
  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: now + ms, wake })
        setImmediate(wakeNext)
      }),
  }
}

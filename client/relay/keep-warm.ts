import type { Clock } from '../clock.ts'

/** API Gateway does not say after how long it closes an idle connection; what stands on the way often does after 60 s. */
const FIRST_MS = 50_000
/** Who closes sooner wants no connections kept. */
const SHORTEST_MS = 15_000

/** How long a connection may be idle: at first a guess, then less than what the far side turned out to allow. */
export function createWarmth({ monotonic }: Pick<Clock, 'monotonic'>) {
  let everyMs = FIRST_MS
  let usedAt = monotonic()
  return {
    used(): void {
      usedAt = monotonic()
    },
    /** The far side closed a connection that had been idle for so long. */
    closedAfter(idleMs: number): void {
      if (idleMs >= SHORTEST_MS) everyMs = Math.min(everyMs, Math.max(SHORTEST_MS, idleMs * 0.8))
    },
    /** Milliseconds until it must be refreshed; negative if that should have been. */
    dueInMs: (): number => usedAt + everyMs - monotonic(),
  }
}

export type Warmth = ReturnType<typeof createWarmth>

/** Refreshes now, and whenever nothing else did; gives what ends it. */
export function keepWarm(warmth: Warmth, refresh: () => void): () => void {
  let timer: NodeJS.Timeout
  const plan = () => {
    timer = setTimeout(tick, Math.max(0, warmth.dueInMs())).unref()
  }
  function tick(): void {
    if (warmth.dueInMs() <= 0) use()
    plan()
  }
  function use(): void {
    warmth.used()
    refresh()
  }
  use()
  plan()
  return () => clearTimeout(timer)
}

type Waiting = { lane: string; work: () => Promise<void> }

/**
 * Work in the order in which it came, one after the other in each lane, `parallel` lanes at a time; of a key only the newest that
 * has not begun. It must not reject.
 */
export function createBacklog(parallel = 1) {
  const waiting = new Map<string, Waiting>()
  const working = new Map<string, Promise<void>>()

  function begin(): void {
    for (const [key, { lane, work }] of waiting) {
      if (working.size >= parallel) return
      if (working.has(lane)) continue
      waiting.delete(key)
      const worked = work().then(() => {
        working.delete(lane)
        begin()
      })
      working.set(lane, worked)
    }
  }

  const isBusy = (lane: string | undefined): boolean =>
    lane === undefined ? working.size > 0 : working.has(lane) || [...waiting.values()].some((work) => work.lane === lane)

  return {
    put(key: string, work: () => Promise<void>, lane = ''): void {
      waiting.delete(key)
      waiting.set(key, { lane, work })
      begin()
    },
    /** Whether something newer waits. */
    has: (key: string): boolean => waiting.has(key),
    /** When all that was put, or all of a lane, is done. */
    async settled(lane?: string): Promise<void> {
      while (isBusy(lane)) await (working.get(lane ?? '') ?? Promise.race(working.values()))
    },
  }
}

const REMEMBERED = 10_000

/** When the newest calls were asked for, by the monotonic clock: what a wake is measured from. Bounded. */
export function createRecentCalls() {
  const askedAt = new Map<string, number>()
  return {
    /** A repeated call counts from when it was first asked for. */
    remember(callId: string, at: number): void {
      if (askedAt.has(callId)) return
      askedAt.set(callId, at)
      if (askedAt.size <= REMEMBERED) return
      for (const oldest of askedAt.keys()) {
        askedAt.delete(oldest)
        return
      }
    },
    askedAt: (callId: string): number | undefined => askedAt.get(callId),
  }
}

const REMEMBERED = 10_000

/** What is remembered of a call: `at` by the monotonic clock, which a wake is measured from, the extension, and whether a phone woke for it. */
export type RecentCall = { at: number; to: string; woken: boolean }

/** The newest calls. Bounded. */
export function createRecentCalls() {
  const calls = new Map<string, RecentCall>()
  return {
    /** A repeated call counts from when it was first asked for. */
    remember(callId: string, call: RecentCall): void {
      if (calls.has(callId)) return
      calls.set(callId, call)
      if (calls.size <= REMEMBERED) return
      for (const oldest of calls.keys()) {
        calls.delete(oldest)
        return
      }
    },
    newest: (count: number): [callId: string, call: RecentCall][] => [...calls].slice(-count).reverse(),
    find: (callId: string): RecentCall | undefined => calls.get(callId),
  }
}

const REMEMBERED = 10_000
const WAITERS = 1_000

/** The first phone that woke for a call; `wakeMs` from the request to push it. */
export type Ready = { deviceId: string; extension: string; wakeMs: number }

/** What is remembered of a call: `at` by the monotonic clock, which a wake is measured from, and the first phone that woke. */
export type RecentCall = { at: number; to: string; ready?: Ready; cancelled?: true }

/** The newest calls, and who waits for their phones. Bounded. */
export function createRecentCalls() {
  const calls = new Map<string, RecentCall>()
  const waiters = new Map<string, Set<() => void>>()
  let [waiting, closed] = [0, false]

  function release(callId: string): void {
    for (const done of waiters.get(callId) ?? []) done()
  }

  /** Until there is news of the call, the time is up or the signal says so. */
  function news(callId: string, withinMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const others = waiters.get(callId) ?? new Set()
    const timer = setTimeout(resolve, withinMs)
    waiters.set(callId, others.add(resolve))
    signal.addEventListener('abort', () => resolve())
    waiting += 1
    return promise.finally(() => {
      clearTimeout(timer)
      others.delete(resolve)
      if (others.size === 0) waiters.delete(callId)
      waiting -= 1
    })
  }

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
    newest: (count: number): [callId: string, call: { at: number; woken: boolean }][] =>
      [...calls]
        .slice(-count)
        .reverse()
        .map(([callId, { at, ready }]) => [callId, { at, woken: ready !== undefined }]),
    find: (callId: string): Readonly<RecentCall> | undefined => calls.get(callId),
    /** A phone woke for a call; the first one counts. */
    woke(callId: string, ready: Ready): void {
      const call = calls.get(callId)
      if (call) call.ready ??= ready
      release(callId)
    },
    cancelled(callId: string): void {
      const call = calls.get(callId)
      if (call) call.cancelled = true
      release(callId)
    },
    /**
     * The first phone that wakes within so many ms, or has before. `undefined` without one; at once for a call that is
     * cancelled, and if too many wait.
     */
    async ready(callId: string, withinMs: number, signal: AbortSignal): Promise<Ready | undefined> {
      const call = calls.get(callId)
      const inVain = call?.cancelled || closed || signal.aborted || waiting >= WAITERS
      if (!call?.ready && !inVain) await news(callId, withinMs, signal)
      return call?.cancelled ? undefined : call?.ready
    },
    /** Nobody waits any longer. */
    close(): void {
      closed = true
      for (const callId of waiters.keys()) release(callId)
    },
  }
}

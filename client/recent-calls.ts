import type { CancelReason } from '../wire/calls.ts'
import type { Delivery, Platform } from '../wire/delivery.ts'
import { type CallDevice, type CallRecord, type PHONE_STEPS, withDeliveries, withStep } from './call-record.ts'
import type { Clock } from './clock.ts'
import type { PnsProblemCode } from './problem.ts'

const REMEMBERED = 10_000
const WAITERS = 1_000

/** The first phone that woke for a call; `wakeMs` from the request to push it. */
export type Ready = { deviceId: string; extension: string; wakeMs: number }

/** What is remembered of a call: `at` by the monotonic clock, which a wake is measured from, and the first phone that woke. */
type RecentCall = { at: number; record: CallRecord; ready?: Ready }

export type RecentCalls = ReturnType<typeof createRecentCalls>

/** The newest calls, and who waits for their phones. Bounded. `changed` hears of every change of a record. */
export function createRecentCalls(clock: Clock, changed: (record: CallRecord) => void = () => {}) {
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

  function update(callId: string, change: (record: CallRecord, ms: number) => Partial<CallRecord>): void {
    const call = calls.get(callId)
    if (!call) return
    call.record = { ...call.record, ...change(call.record, Math.round(clock.monotonic() - call.at)) }
    changed(call.record)
  }

  return {
    /** A repeated call counts from when it was first asked for, which was `at` by the monotonic clock. */
    remember(call: Pick<CallRecord, 'callId' | 'to' | 'from' | 'ringSeconds'>, at: number): void {
      if (calls.has(call.callId)) return
      const record = { ...call, askedAt: Math.round(clock.wall() - (clock.monotonic() - at)), devices: [] }
      calls.set(call.callId, { at, record })
      changed(record)
      if (calls.size <= REMEMBERED) return
      for (const oldest of calls.keys()) {
        calls.delete(oldest)
        return
      }
    },
    /** The newest calls, or the newest of those that came before one of them. */
    newest(count: number, before?: string): CallRecord[] {
      const all = [...calls.values()]
      const end = before === undefined ? all.length : all.findIndex(({ record }) => record.callId === before)
      return all
        .slice(Math.max(0, end - count), Math.max(0, end))
        .reverse()
        .map(({ record }) => record)
    },
    find: (callId: string): Readonly<RecentCall> | undefined => calls.get(callId),
    pushed: (callId: string, deliveries: readonly Delivery[]): void =>
      update(callId, (record, ms) => ({ pushedMs: record.pushedMs ?? ms, devices: withDeliveries(record, deliveries) })),
    failed: (callId: string, code: PnsProblemCode): void => update(callId, (_, ms) => ({ failed: { ms, code } })),
    /** A phone woke for a call; the first one counts. */
    woke(callId: string, ready: Ready, platform: Platform): void {
      const call = calls.get(callId)
      if (call) call.ready ??= ready
      const { deviceId, wakeMs } = ready
      update(callId, (record) => ({ devices: withStep(record, { deviceId, platform }, 'woke', wakeMs) }))
      release(callId)
    },
    stepped: (callId: string, device: Pick<CallDevice, 'deviceId' | 'platform'>, step: (typeof PHONE_STEPS)[number]): void =>
      update(callId, (record, ms) => ({ devices: withStep(record, device, step, ms) })),
    /** The trace of a call says that Apple or Google refused a push. */
    refused(callId: string, deviceId: string, reason: string): void {
      const isNews = (device: CallDevice) => device.deviceId === deviceId && device.refused !== reason
      if (!calls.get(callId)?.record.devices.some(isNews)) return
      update(callId, ({ devices }) => ({
        devices: devices.map((device) => (isNews(device) ? { ...device, refused: reason } : device)),
      }))
    },
    cancelled(callId: string, reason: CancelReason): void {
      update(callId, (record, ms) => ({ cancelled: record.cancelled ?? { ms, reason } }))
      release(callId)
    },
    /**
     * The first phone that wakes within so many ms, or has before. `undefined` without one; at once for a call that is
     * cancelled, and if too many wait.
     */
    async ready(callId: string, withinMs: number, signal: AbortSignal): Promise<Ready | undefined> {
      const call = calls.get(callId)
      const inVain = call?.record.cancelled || closed || signal.aborted || waiting >= WAITERS
      if (!call?.ready && !inVain) await news(callId, withinMs, signal)
      return call?.record.cancelled ? undefined : call?.ready
    },
    /** Nobody waits any longer. */
    close(): void {
      closed = true
      for (const callId of waiters.keys()) release(callId)
    },
  }
}

import { type CallRecord, ringingOf } from '../../client/call-record.ts'

export type KnownCalls = ReadonlyMap<string, CallRecord>

/** As many as a PNS remembers: a page may be open for days. */
export const KEPT = 10_000

const mapOf = (calls: readonly CallRecord[]): KnownCalls => new Map(calls.map((call) => [call.callId, call]))

export const newestOf = (calls: KnownCalls): CallRecord[] => [...calls.values()].sort((a, b) => b.askedAt - a.askedAt)

/** With those that have changed; of more than are kept it is the newer half. */
export function withChanged(known: KnownCalls, changed: readonly CallRecord[]): KnownCalls {
  const merged = new Map([...known, ...mapOf(changed)])
  return merged.size > KEPT ? mapOf(newestOf(merged).slice(0, KEPT / 2)) : merged
}

/**
 * Of `newest` calls (the newest first) the one to show at `now` (ms since 1970): phones ring for it, or else it is the newest. One that
 * was asked for a moment ago may come to nothing, and does not take the place of one that rings.
 */
export function callInHand(newest: readonly CallRecord[], now: number): CallRecord | undefined {
  const rings = (call: CallRecord) => call.devices.length > 0 && ringingOf(call, now) === 'ringing'
  return newest.find(rings) ?? newest[0]
}

import type { CallRecord } from '../../client/call-record.ts'

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

import type { Clock } from './clock.ts'
import type { ClaimFields, ClaimItem, ClaimKey, ClaimResult, Claims } from './ports.ts'

/**
 * How long a claim is held while its result is not written. A repeat inside it waits for the result; a repeat after it
 * takes over, so that a function that died does not lose the call. All pushing ends before it does (`PUSH_MS`).
 */
export const LEASE_MS = 3000
export const PUSH_MS = 2500
const FIRST_POLL_MS = 100
const LONGEST_POLL_MS = 500

export type Held = { state: 'held'; item: ClaimItem; until: number; now: number }
export type Done = { state: 'done'; item: ClaimItem; result: ClaimResult | undefined }

/**
 * Takes the claim, or waits until whoever holds it has written its result; it looks less and less often, because the result is written
 * through the table that it asks. A cancelled call has no ring to take.
 */
export async function claimOnce(claims: Claims, clock: Clock, key: ClaimKey, fields: ClaimFields): Promise<Held | Done> {
  for (let wait = FIRST_POLL_MS; ; wait = Math.min(1.5 * wait, LONGEST_POLL_MS)) {
    const now = clock.now()
    const until = now + LEASE_MS
    const { taken, item } = await claims.take(key, { now, until }, fields)
    if (taken) return { state: 'held', item, until, now }
    const result = item.result[key.slot]
    if (result || (key.slot === 'ring' && item.cancelReason)) return { state: 'done', item, result }
    await clock.sleep(wait)
  }
}

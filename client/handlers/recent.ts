import * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'

const LISTED = 50

/** `GET /calls`: the newest calls that this PNS was asked to push, newest first, and whether a phone woke for them. */
export const RecentCalls = v.object({
  calls: v.array(v.object({ callId: v.string(), agoSeconds: v.number(), woken: v.boolean() })),
})

export function recent({ recentCalls, clock }: Context): Answer {
  const now = clock.monotonic()
  const calls = recentCalls
    .newest(LISTED)
    .map(([callId, { at, woken }]) => ({ callId, agoSeconds: Math.round((now - at) / 1000), woken }))
  return { devices: calls.length, body: { calls } satisfies v.InferOutput<typeof RecentCalls> }
}

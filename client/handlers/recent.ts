import * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import type { CallsParams } from '../params.ts'

/** What the doctor reads of the answer to `GET /calls`. */
export const RecentCalls = v.object({
  calls: v.array(v.object({ callId: v.string(), agoSeconds: v.number(), woken: v.boolean() })),
})

/** `GET /calls`: the newest calls that this PNS was asked to push, newest first, as it saw them. */
export function recent({ recentCalls, clock }: Context, { limit, before }: v.InferOutput<typeof CallsParams>): Answer {
  const now = clock.wall()
  const calls = recentCalls.newest(limit, before).map((call) => ({
    ...call,
    agoSeconds: Math.round((now - call.askedAt) / 1000),
    woken: call.devices.some(({ steps }) => steps.woke !== undefined),
  }))
  return { devices: calls.length, body: { calls } satisfies v.InferOutput<typeof RecentCalls> }
}

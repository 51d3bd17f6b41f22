import type { RingAnswer, RingRequest } from '../wire/calls.ts'
import { callPush } from '../wire/payload.ts'
import { callUuid } from '../wire/uuid.ts'
import { isoTime } from './clock.ts'
import { ringChannel } from './device.ts'
import type { Pbx } from './pbx.ts'
import { type PushPorts, pushOnce, taken } from './push.ts'

/** `callerOf` says what may be stored of a caller's number. */
export type RingPorts = PushPorts & { callerOf: (number: string) => string }

/** Rings every device of an extension, once a call. A call that was cancelled before it rang answers so, and rings nothing. */
export async function ring(
  ports: RingPorts,
  pbx: Pbx,
  request: RingRequest,
): Promise<{ answer: RingAnswer; headers: Record<string, string>; quotaUsed: number | undefined }> {
  const { callId, to, from, custom, awake } = request
  const uuid = callUuid(pbx.id, callId)
  const receivedAt = ports.clock.now()
  // The PNS measures parts of a millisecond; timers and CloudWatch take whole ones.
  const askedAt = receivedAt - Math.round(request.elapsedMs)
  const { item, deliveries, repeated, headers, quotaUsed } = await pushOnce(ports, pbx, {
    key: { pbx: pbx.id, id: callId, slot: 'ring' },
    fields: {
      to,
      from: ports.callerOf(from.number),
      askedAt,
      receivedAt,
      deadline: askedAt + Math.round(request.ringSeconds * 1000),
      ...(awake && { awake }),
    },
    channelOf: ringChannel,
    build: (deadline) => (route, sentAt) => {
      const times = { sentAt: isoTime(sentAt), expiresAt: isoTime(deadline) }
      return callPush(route, { v: 1, event: 'call', callId, uuid, pbx: pbx.id, to, from, ...times, custom })
    },
  })
  const suppressed = repeated && !item.result.ring ? { cancelled: item.cancelReason } : {}
  const expiresAt = isoTime(item.deadline ?? receivedAt)
  const answer = { callId, uuid, expiresAt, devices: taken(deliveries), deliveries, ...suppressed }
  return { answer: repeated ? { ...answer, repeated } : answer, headers, quotaUsed }
}

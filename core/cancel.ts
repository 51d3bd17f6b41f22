import type { CancelAnswer, CancelReason } from '../wire/calls.ts'
import { cancelPush } from '../wire/payload.ts'
import { callUuid } from '../wire/uuid.ts'
import { claimOnce } from './claim.ts'
import { isoTime } from './clock.ts'
import { quietChannel } from './device.ts'
import type { Pbx } from './pbx.ts'
import { type PushPorts, pushTo, taken } from './push.ts'

/**
 * Ends the ringing on every device, once a call. A cancel that comes before its ring is kept, and the ring is then
 * suppressed. After the ring's deadline nothing is sent: by the payload's `expiresAt` every phone has stopped by itself.
 * Takes nothing of the push quota: a phone that rings must be allowed to stop.
 */
export async function cancel(ports: PushPorts, pbx: Pbx, callId: string, reason: CancelReason): Promise<CancelAnswer> {
  const { clock, claims, devices } = ports
  const key = { pbx: pbx.id, id: callId, slot: 'cancel' as const }
  const claim = await claimOnce(claims, clock, key, { cancelReason: reason, cancelledAt: clock.now() })
  const { to, deadline = 0, cancelReason = reason } = claim.item
  const identity = { callId, reason: cancelReason, known: to !== undefined }
  if (claim.state === 'done') {
    const deliveries = claim.result?.deliveries ?? []
    return { ...identity, devices: taken(deliveries), deliveries, repeated: true }
  }

  const targets = to === undefined ? [] : await devices.of(pbx.id, to)
  const fixed = { v: 1, event: 'cancel', callId, uuid: callUuid(pbx.id, callId), pbx: pbx.id, to: to ?? '' } as const
  const deliveries = await pushTo(ports, pbx, {
    key,
    claim,
    targets,
    channelOf: quietChannel,
    deadline,
    // Who was not pushed to may be talking by now.
    awake: new Set(claim.item.awake),
    build: (route, sentAt) =>
      cancelPush(route, { ...fixed, reason: cancelReason, sentAt: isoTime(sentAt), expiresAt: isoTime(deadline) }),
  })
  return { ...identity, devices: taken(deliveries), deliveries }
}

import * as v from 'valibot'
import { AgoMs, Caller, CallId, Custom, DeviceId, Extension, MessageId, MessageText, RingSeconds, Time } from './fields.ts'

export const PLATFORMS = ['ios', 'android'] as const
export const Platform = v.picklist(PLATFORMS)
export type Platform = v.InferOutput<typeof Platform>

/**
 * What became of one push. `accepted`: SNS took it. `gone`: the endpoint is dead and the device was removed. `retry`: SNS
 * was throttled or failing until the time for it was over. `rejected`: payload, credentials or permissions, ours to mend.
 * `skipped`: this device cannot get such a push. `expired`: the ring window was over before it could be sent.
 */
export const DeliveryOutcome = v.picklist(['accepted', 'gone', 'retry', 'rejected', 'skipped', 'expired'])

export const Delivery = v.object({
  deviceId: DeviceId,
  platform: Platform,
  outcome: DeliveryOutcome,
  messageId: v.optional(v.string()),
  reason: v.optional(v.string()),
  at: Time,
})
export type Delivery = v.InferOutput<typeof Delivery>

/** `POST /v1/calls`. `elapsedMs` is what of the ring window had passed at the PNS when it sent this request. */
export const RingRequest = v.strictObject({
  callId: CallId,
  to: Extension,
  from: Caller,
  ringSeconds: v.optional(RingSeconds, 30),
  elapsedMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(120_000)), 0),
  custom: v.optional(Custom),
})
export type RingRequest = v.InferOutput<typeof RingRequest>

export const CANCEL_REASONS = ['answered_elsewhere', 'caller_hung_up', 'declined', 'timed_out'] as const
export const CancelReason = v.picklist(CANCEL_REASONS)
export type CancelReason = v.InferOutput<typeof CancelReason>

/** `devices` counts the pushes that SNS took: the phones worth waiting for. `cancelled`: a cancel came before the ring. */
export const RingAnswer = v.object({
  callId: CallId,
  uuid: v.pipe(v.string(), v.uuid()),
  expiresAt: Time,
  devices: v.number(),
  deliveries: v.array(Delivery),
  cancelled: v.optional(CancelReason),
  repeated: v.optional(v.literal(true)),
})
export type RingAnswer = v.InferOutput<typeof RingAnswer>

export const CancelQuery = v.strictObject({ reason: v.optional(CancelReason, 'caller_hung_up') })

/** `known` is false when no ring with this callId had come: it will be suppressed when it does. */
export const CancelAnswer = v.object({
  callId: CallId,
  reason: CancelReason,
  known: v.boolean(),
  devices: v.number(),
  deliveries: v.array(Delivery),
  repeated: v.optional(v.literal(true)),
})
export type CancelAnswer = v.InferOutput<typeof CancelAnswer>

/** `POST /v1/messages`. `android` chooses between a notification that the system shows and a data message for the app. */
export const MessageRequest = v.strictObject({
  messageId: MessageId,
  to: Extension,
  from: Caller,
  text: MessageText,
  android: v.optional(v.picklist(['notification', 'data']), 'notification'),
  custom: v.optional(Custom),
})
export type MessageRequest = v.InferOutput<typeof MessageRequest>

export const MessageAnswer = v.object({
  messageId: MessageId,
  devices: v.number(),
  deliveries: v.array(Delivery),
  repeated: v.optional(v.literal(true)),
})
export type MessageAnswer = v.InferOutput<typeof MessageAnswer>

/** One phone that registered by SIP for a call: `wakeMs` after the PBX asked, `agoMs` before this request was sent. */
export const Wake = v.strictObject({
  callId: CallId,
  extension: Extension,
  deviceId: DeviceId,
  platform: Platform,
  wakeMs: AgoMs,
  agoMs: v.optional(AgoMs, 0),
})
export type Wake = v.InferOutput<typeof Wake>

export const WakesRequest = v.strictObject({ wakes: v.pipe(v.array(Wake), v.minLength(1), v.maxLength(100)) })
export const WakesAnswer = v.object({ recorded: v.number() })

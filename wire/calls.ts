import * as v from 'valibot'
import { Delivery } from './delivery.ts'
import { Caller, CallId, Count, Custom, DeviceId, Extension, RingSeconds, Time } from './fields.ts'

/**
 * `POST /v1/calls`. `elapsedMs` is what of the ring window had passed at the PNS when it sent this request. `awake` are ids of
 * devices that have the call already: they are not pushed to.
 */
export const RingRequest = v.strictObject({
  callId: CallId,
  to: Extension,
  from: Caller,
  ringSeconds: v.optional(RingSeconds, 30),
  elapsedMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(120_000)), 0),
  custom: v.optional(Custom),
  awake: v.optional(v.pipe(v.array(DeviceId), v.maxLength(50))),
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
  devices: Count,
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
  devices: Count,
  deliveries: v.array(Delivery),
  repeated: v.optional(v.literal(true)),
})
export type CancelAnswer = v.InferOutput<typeof CancelAnswer>

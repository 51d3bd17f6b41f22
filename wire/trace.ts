import * as v from 'valibot'
import { Delivery, Platform } from './delivery.ts'
import { CallId, DeviceId, Extension, Time } from './fields.ts'

/** The way of a call, in the order in which it is travelled, with what can become of it at each place. `not_sent`: SNS was not asked. */
const STEPS = [
  'asked',
  'relay_accepted',
  'sns_accepted',
  'sns_refused',
  'not_sent',
  'provider_accepted',
  'provider_refused',
  'woke',
  'cancelled',
] as const

/** `detail` holds the provider's own words, the reason of a cancel, or why a push was not sent. */
export const TraceStep = v.object({
  step: v.picklist(STEPS),
  at: Time,
  deviceId: v.optional(DeviceId),
  detail: v.optional(v.string()),
})
export type TraceStep = v.InferOutput<typeof TraceStep>

/** `unknown` names the steps that nothing is known of yet: not failed, only not seen. */
export const TraceDevice = v.object({
  deviceId: DeviceId,
  platform: Platform,
  outcome: Delivery.entries.outcome,
  wakeMs: v.optional(v.number()),
  unknown: v.array(v.string()),
})

/** `GET /v1/calls/{callId}`. */
export const TraceAnswer = v.object({
  callId: CallId,
  uuid: v.pipe(v.string(), v.uuid()),
  to: Extension,
  expiresAt: Time,
  devices: v.array(TraceDevice),
  steps: v.array(TraceStep),
})
export type TraceAnswer = v.InferOutput<typeof TraceAnswer>

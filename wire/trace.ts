import * as v from 'valibot'
import { Delivery, Platform } from './delivery.ts'
import { CallId, Count, DeviceId, Extension, Time } from './fields.ts'

/**
 * The way of a call, in the order in which it is travelled, with what can become of it at each place. `not_sent` and
 * `cancel_not_sent`: SNS did not take the push, or was not asked to.
 */
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
  'cancel_sent',
  'cancel_not_sent',
] as const

/**
 * What Apple's or Google's refusal means. `wrong_environment`: a token of Apple's other environment, or of another Firebase
 * project. `wrong_topic`: a token of another app, or PushKit's and the alert token mixed up. `ttl_expired`: the ring window
 * was over before SNS could deliver.
 */
export const Diagnosis = v.picklist([
  'wrong_environment',
  'wrong_topic',
  'credentials_refused',
  'unregistered',
  'endpoint_disabled',
  'payload_refused',
  'throttled',
  'provider_unavailable',
  'ttl_expired',
])
export type Diagnosis = v.InferOutput<typeof Diagnosis>

/**
 * `detail` holds the provider's own words, the reason of a cancel, or why a push was not sent. Of a provider: `status` is
 * its HTTP status, `reason` our name for its refusal, `dwellMs` the time from SNS's acceptance to the hand-over. `at` is by
 * the clock of whoever was there: relay, SNS or PNS.
 */
export const TraceStep = v.object({
  step: v.picklist(STEPS),
  at: Time,
  deviceId: v.optional(DeviceId),
  detail: v.optional(v.string()),
  dwellMs: v.optional(v.number()),
  status: v.optional(Count),
  reason: v.optional(Diagnosis),
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
export type TraceDevice = v.InferOutput<typeof TraceDevice>

/**
 * What a trace may lack. `pushes`: the relay has not written which phones it pushed to. `deliveries`, `wakes`: SNS's log or
 * the relay's could not be read whole; asking again may help.
 */
export const TracePart = v.picklist(['pushes', 'deliveries', 'wakes'])
export type TracePart = v.InferOutput<typeof TracePart>

/** `GET /v1/calls/{callId}`. `from` is the caller as stored: `hmac:…`, or the number where the relay keeps numbers. */
export const TraceAnswer = v.object({
  callId: CallId,
  uuid: v.pipe(v.string(), v.uuid()),
  to: Extension,
  from: v.optional(v.string()),
  expiresAt: Time,
  devices: v.array(TraceDevice),
  steps: v.array(TraceStep),
  incomplete: v.optional(v.array(TracePart)),
})
export type TraceAnswer = v.InferOutput<typeof TraceAnswer>

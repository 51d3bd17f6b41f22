import * as v from 'valibot'
import { Platform } from './delivery.ts'
import { AgoMs, CallId, Count, DeviceId, Extension } from './fields.ts'

/**
 * One phone that registered by SIP for a call: `wakeMs` after the PBX asked, `agoMs` before this request was sent;
 * `first` of its call to wake. */
export const Wake = v.strictObject({
  callId: CallId,
  extension: Extension,
  deviceId: DeviceId,
  platform: Platform,
  wakeMs: AgoMs,
  first: v.optional(v.boolean(), false),
  agoMs: v.optional(AgoMs, 0),
})
export type Wake = v.InferOutput<typeof Wake>

export const WakesRequest = v.strictObject({ wakes: v.pipe(v.array(Wake), v.minLength(1), v.maxLength(100)) })
export const WakesAnswer = v.object({ recorded: Count })

import * as v from 'valibot'
import { CancelReason } from '../../wire/calls.ts'
import { Caller, CallId, Extension, MessageId, PbxId, Time } from '../../wire/fields.ts'
import type { PhonePush } from './push.ts'

const Common = { v: v.literal(1), pbx: PbxId, to: Extension, sentAt: Time, expiresAt: Time }
const Called = { ...Common, from: Caller, custom: v.optional(v.record(v.string(), v.unknown())) }
const Uuid = v.pipe(v.string(), v.uuid())

/** The `wakecall` object of a push (wire/payload.ts), read as a careful app reads it. */
const Wake = v.variant('event', [
  v.object({ ...Called, event: v.literal('call'), callId: CallId, uuid: Uuid }),
  v.object({ ...Common, event: v.literal('cancel'), callId: CallId, uuid: Uuid, reason: CancelReason }),
  v.object({ ...Called, event: v.literal('message'), messageId: MessageId }),
])
export type Wake = v.InferOutput<typeof Wake>

const IphonePayload = v.pipe(v.string(), v.parseJson(), v.object({ wakecall: Wake }))
const AndroidData = v.object({ wakecall: v.pipe(v.string(), v.parseJson(), Wake) })

/** The wake that a push carries; `undefined` if an app could not read it. */
export function readWake(push: PhonePush): Wake | undefined {
  const read = push.platform === 'ios' ? v.safeParse(IphonePayload, push.payload) : v.safeParse(AndroidData, push.message.data)
  return read.success ? read.output.wakecall : undefined
}

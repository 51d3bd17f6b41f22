import * as v from 'valibot'
import { CancelReason } from './calls.ts'
import { Caller, CallId, Extension, MessageId, PbxId, Time } from './fields.ts'

const say = <S extends v.GenericSchema>(schema: S, description: string) => v.pipe(schema, v.description(description))

const Common = {
  v: say(v.literal(1), 'The version of this object: an app that reads another one ignores the push'),
  pbx: say(PbxId, 'Which PBX sent it'),
  to: say(Extension, 'The extension that is called'),
  sentAt: say(Time, 'When the relay sent this push'),
  expiresAt: say(Time, 'A push that comes later is too late: the call is a missed one'),
}

const Call = {
  callId: say(CallId, "The PBX's own id of the call"),
  uuid: say(
    v.pipe(v.string(), v.uuid()),
    'The same in every push of a call: what CallKit knows it by (a version 5 UUID of `pbx/callId`)',
  ),
}

const from = say(Caller, 'The caller; a name that did not fit is shortened and ends in `…`')
const custom = say(v.optional(v.record(v.string(), v.unknown())), 'What the PBX sent along')

export const CallPayload = v.pipe(
  v.object({ ...Common, event: v.literal('call'), ...Call, from, custom }),
  v.title('A call that rings now'),
)

const CancelPayload = v.pipe(
  v.object({ ...Common, event: v.literal('cancel'), ...Call, reason: say(CancelReason, 'Why it stopped ringing') }),
  v.title('A call that does not ring any more'),
)

const MessagePayload = v.pipe(
  v.object({ ...Common, event: v.literal('message'), messageId: say(MessageId, "The sender's id of the message"), from, custom }),
  v.title('A message'),
)

/**
 * The object `wakecall` of a push, as an app reads it: docs/push.schema.json is made from it. A cancel names no caller:
 * the relay keeps no numbers, and the app knows the call by its `uuid`.
 */
export const WakePayload = v.variant('event', [CallPayload, CancelPayload, MessagePayload])
export type WakePayload = v.InferOutput<typeof WakePayload>
export type CallPayload = v.InferOutput<typeof CallPayload>
export type CancelPayload = v.InferOutput<typeof CancelPayload>
export type MessagePayload = v.InferOutput<typeof MessagePayload>

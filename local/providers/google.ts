/**
 * A simulated Firebase Cloud Messaging: a test instrument. It checks what the real one checks before a phone gets anything
 * (https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages, .../v1/ErrorCode).
 */
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import type { PhonePush } from '../phones/push.ts'
import { readToken } from '../tokens.ts'
import type { ProviderAnswer } from './answer.ts'
import { createJudge, type Verdict } from './judge.ts'

/** One request to FCM: the message that is to go to the device of this registration token. */
export type GooglePush = { provider: 'google'; token: string; message: unknown }

const FOUR_WEEKS_SECONDS = 28 * 24 * 3600
const DATA_LIMIT_BYTES = 4096
const RESERVED_KEY = /^(?:from$|message_type$|google\.|gcm\.notification\.)/

const Ttl = v.pipe(
  v.string(),
  v.regex(/^\d{1,7}(?:\.\d{1,9})?s$/),
  v.check((ttl) => Number.parseFloat(ttl) <= FOUR_WEEKS_SECONDS),
)
const Data = v.pipe(
  v.record(v.string(), v.string()),
  v.check((data) => !Object.keys(data).some((key) => RESERVED_KEY.test(key))),
)
const Message = v.strictObject({
  data: v.optional(Data),
  notification: v.optional(v.strictObject({ title: v.optional(v.string()), body: v.optional(v.string()) })),
  android: v.optional(
    v.strictObject({
      priority: v.optional(v.picklist(['high', 'normal', 'HIGH', 'NORMAL'])),
      ttl: v.optional(Ttl),
      collapse_key: v.optional(v.string()),
    }),
  ),
})
type Message = v.InferOutput<typeof Message>

const REFUSALS = {
  INVALID_ARGUMENT: { status: 400, name: 'INVALID_ARGUMENT', message: 'The message or its registration token is invalid.' },
  SENDER_ID_MISMATCH: { status: 403, name: 'PERMISSION_DENIED', message: 'SenderId mismatch' },
  UNREGISTERED: { status: 404, name: 'NOT_FOUND', message: 'Requested entity was not found.' },
  QUOTA_EXCEEDED: { status: 429, name: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded for the device.' },
  UNAVAILABLE: { status: 503, name: 'UNAVAILABLE', message: 'The service is currently unavailable.' },
} as const
type Reason = keyof typeof REFUSALS

const BY_VERDICT: Record<Exclude<Verdict, 'deliver'>, Reason> = {
  unregistered: 'UNREGISTERED',
  throttled: 'QUOTA_EXCEEDED',
  unavailable: 'UNAVAILABLE',
}

function refuse(reason: Reason): ProviderAnswer {
  const { status, name, message } = REFUSALS[reason]
  const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: reason }]
  return { status, reason, body: JSON.stringify({ error: { code: status, message, status: name, details } }) }
}

const tooLong = ({ data, notification }: Message) =>
  Buffer.byteLength(JSON.stringify(data ?? {})) + Buffer.byteLength(JSON.stringify(notification ?? {})) > DATA_LIMIT_BYTES

/** Milliseconds that FCM may keep the message for a device. */
const ttlMs = ({ android }: Message) => (android?.ttl ? Number.parseFloat(android.ttl) : FOUR_WEEKS_SECONDS) * 1000

/** Answers like FCM, and hands what it accepts to the phones. A well-formed token of nobody counts as unregistered. */
export function createGoogle(clock: Clock, toPhone: (push: PhonePush) => void): (push: GooglePush) => Promise<ProviderAnswer> {
  const judge = createJudge(clock)
  return async ({ token, message }) => {
    const sentAt = clock.now()
    const parsed = v.safeParse(Message, message)
    if (!parsed.success || tooLong(parsed.output) || !/^[A-Za-z0-9_:.-]{16,4096}$/.test(token)) return refuse('INVALID_ARGUMENT')
    const device = readToken(token)
    if (device?.kind !== 'fcm') return refuse('UNREGISTERED')
    if (device.fate === 'wrong_environment') return refuse('SENDER_ID_MISMATCH')
    const verdict = await judge(device)
    if (verdict !== 'deliver') return refuse(BY_VERDICT[verdict])
    if (clock.now() <= sentAt + ttlMs(parsed.output)) toPhone({ platform: 'android', device, message: parsed.output })
    return { status: 200, body: JSON.stringify({ name: `projects/simulated/messages/${randomUUID()}` }) }
  }
}

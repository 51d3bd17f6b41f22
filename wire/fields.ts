import * as v from 'valibot'

const encoder = new TextEncoder()

const pattern = (regex: RegExp, says: string) => v.pipe(v.string(), v.regex(regex, `must be ${says}`))

const visible = (max: number) => pattern(new RegExp(`^[\\x21-\\x7e]{1,${max}}$`), `1 to ${max} visible ASCII characters`)

/** The number of Unicode code points, which is what a limit in "characters of any script" counts. */
export const characters = (text: string): number => [...text].length

const text = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.check((value) => value.isWellFormed(), 'must be well-formed Unicode, without lone surrogates'),
    v.check((value) => !/\p{Cc}/u.test(value), 'must not contain control characters'),
    v.check((value) => characters(value) >= min && characters(value) <= max, `must have ${min} to ${max} characters`),
  )

/** A PBX extension, as it is dialled: digits mostly, letters and the dialplan's own signs too. */
export const Extension = pattern(/^[A-Za-z0-9._+*#-]{1,64}$/, '1 to 64 characters of A-Z a-z 0-9 . _ + * # -')

/** One app installation. Chosen by the app or the PNS, stable while its tokens change. */
export const DeviceId = pattern(/^[A-Za-z0-9._:-]{1,128}$/, '1 to 128 characters of A-Z a-z 0-9 . _ : -')

/** What names one call to one extension: a SIP Call-ID (RFC 3261, 20.8), or Asterisk's Linkedid with the extension. */
export const CallId = visible(255)

/** What the sender names a message by. */
export const MessageId = visible(255)

/** The name of a mobile app in the relay's settings, usually its bundle or package name. */
export const AppName = pattern(/^[A-Za-z0-9._-]{1,128}$/, '1 to 128 characters of A-Z a-z 0-9 . _ -')

export const PbxId = pattern(/^[a-z0-9][a-z0-9-]{0,62}$/, '1 to 63 characters of a-z 0-9 -, not starting with -')

export const KeyId = pattern(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 characters of A-Z a-z 0-9 _ -')

/** The caller: a number or SIP user as the PBX knows it (`+442079460000`, `1002`, `anonymous`) and a name to show. */
export const Caller = v.strictObject({
  number: visible(64),
  name: v.optional(text(1, 128)),
})
export type Caller = v.InferOutput<typeof Caller>

/** How long the PBX lets the phones ring, in seconds, counted from the moment when it asked. */
export const RingSeconds = v.pipe(v.number(), v.minValue(5), v.maxValue(120))

/** Bytes of JSON; what is nested too deeply to be written is larger than any limit here. */
function jsonBytes(value: unknown): number {
  try {
    return encoder.encode(JSON.stringify(value)).length
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** What the app's makers want to carry along: a JSON object of at most 1 KiB. */
export const Custom = v.pipe(
  // Valibot's own object schemas take an array for an object.
  v.custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be a JSON object',
  ),
  v.check((value) => jsonBytes(value) <= 1024, 'must be at most 1024 bytes of JSON'),
)

/** An APNs or PushKit device token: hexadecimal, in lower case (SNS answers it so). */
export const AppleToken = v.pipe(
  pattern(/^(?:[0-9a-fA-F]{2}){16,200}$/, '32 to 400 hexadecimal characters, an even number (an APNs device token)'),
  v.toLowerCase(),
)

/** An FCM registration token: opaque. */
export const FcmToken = pattern(/^[A-Za-z0-9_:.-]{16,4096}$/, '16 to 4096 characters of A-Z a-z 0-9 _ : . - (an FCM token)')

/** The relay's answers give times as RFC 3339 in UTC with milliseconds. */
export const Time = v.pipe(v.string(), v.isoTimestamp())

/** Text of a message push, any script. */
export const MessageText = text(1, 2000)

/** Milliseconds since something happened: clocks of PBX and relay differ, durations do not. */
export const AgoMs = v.pipe(v.number(), v.minValue(0), v.maxValue(7 * 24 * 3600 * 1000))

export const Count = v.pipe(v.number(), v.integer(), v.minValue(0))

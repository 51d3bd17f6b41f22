/** The parameters of the PNS's routes. Query and form carry text only: numbers and JSON may come as text everywhere. */
import * as v from 'valibot'
import { CANCEL_REASONS } from '../wire/calls.ts'
import {
  AppleToken,
  AppName,
  Caller,
  CallId,
  Custom,
  DeviceId,
  Extension,
  FcmToken,
  MessageId,
  MessageText,
  RingSeconds,
} from '../wire/fields.ts'

const { number: CallerNumber } = Caller.entries

const fromText = <T>(read: (text: string) => T) =>
  v.transform((value: unknown) => {
    if (typeof value !== 'string') return value
    try {
      return read(value)
    } catch {
      return value
    }
  })

/** JSON reads numbers as well, and leaves '' and ' ' the text that they are. */
const inText = <S extends v.GenericSchema<unknown, unknown>>(schema: S) => v.pipe(v.unknown(), fromText(JSON.parse), schema)

const UpTo1000 = inText(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)))

const optionals = { app: v.optional(AppName), deviceId: v.optional(DeviceId) }

export const RegisterParams = v.variant('platform', [
  v.strictObject({
    extension: Extension,
    platform: v.literal('ios'),
    token: AppleToken,
    alertToken: v.optional(AppleToken),
    ...optionals,
  }),
  v.strictObject({ extension: Extension, platform: v.literal('android'), token: FcmToken, ...optionals }),
])

/** A token of either kind: an Apple one fits the form of Google's. */
const AnyToken = FcmToken

export const UpdateParams = v.strictObject({ oldToken: AnyToken, newToken: AnyToken })

export const DeleteParams = v.union(
  [v.strictObject({ token: AnyToken }), v.strictObject({ extension: Extension, deviceId: DeviceId })],
  'takes token, or extension and deviceId',
)

export const DevicesParams = v.union(
  [
    v.strictObject({ extension: v.optional(Extension), parked: v.optional(inText(v.boolean()), false) }),
    v.strictObject({ search: v.optional(v.pipe(v.string(), v.maxLength(100)), ''), limit: UpTo1000 }),
  ],
  'takes extension and parked, or limit (1 to 1000) and search',
)

/** A number in JSON is the text that it would be in a query. */
const asText = <S extends v.GenericSchema<unknown, unknown>>(schema: S) =>
  v.pipe(
    v.unknown(),
    v.transform((value) => (typeof value === 'number' ? String(value) : value)),
    schema,
  )

/** A withheld number is an empty one in a dialplan. */
const From = v.optional(asText(CallerNumber), 'anonymous')

/** What is shown must not cost a call: a name is cleaned and cut to what the relay takes. */
const Name = v.optional(
  v.pipe(
    v.string(),
    v.transform(
      (name) =>
        [
          ...name
            .toWellFormed()
            .replace(/\p{Cc}/gu, '')
            .trim(),
        ]
          .slice(0, 128)
          .join('') || undefined,
    ),
  ),
)

/**
 * `awake`: tokens or ids of devices that have the call already. `wait`: the answer comes when a phone is ready, `seconds`
 * (default: the ring window) after the request at the latest.
 */
export const PushCallParams = v.pipe(
  v.strictObject({
    to: asText(Extension),
    from: From,
    callId: v.optional(CallId),
    name: Name,
    ringSeconds: v.optional(inText(RingSeconds)),
    custom: v.optional(inText(Custom)),
    awake: v.optional(inText(v.pipe(v.array(v.union([AnyToken, DeviceId])), v.maxLength(50)))),
    wait: v.optional(v.picklist(['ready'], 'must be ready')),
    seconds: v.optional(inText(v.pipe(v.number(), v.minValue(1), v.maxValue(120)))),
  }),
  v.forward(
    v.partialCheck(
      [['wait'], ['seconds']],
      ({ wait, seconds }) => wait !== undefined || seconds === undefined,
      'is for wait=ready',
    ),
    ['seconds'],
  ),
)

export const PushMessageParams = v.strictObject({
  to: asText(Extension),
  from: From,
  name: Name,
  text: MessageText,
  android: v.optional(v.picklist(['notification', 'data'], 'must be notification or data')),
  messageId: v.optional(MessageId),
})

export const CancelCallParams = v.strictObject({ callId: CallId, reason: v.optional(v.picklist(CANCEL_REASONS)) })

export const WokeParams = v.union(
  [
    v.strictObject({ callId: CallId, extension: Extension, deviceId: DeviceId }),
    v.strictObject({ callId: CallId, extension: Extension, token: AnyToken }),
  ],
  'takes callId, extension, and deviceId or token',
)

export const CallParams = v.strictObject({ callId: CallId })

export const CallsParams = v.strictObject({
  limit: v.optional(UpTo1000, 50),
  before: v.optional(CallId),
})

export const WakeTimesParams = v.strictObject({
  hours: v.optional(inText(v.pipe(v.number(), v.minValue(1), v.maxValue(168))), 24),
})

export const DeviceParams = v.strictObject({ extension: Extension, deviceId: DeviceId })

export const SignInParams = v.strictObject({ token: v.string() })

export const FileParams = v.strictObject({ file: v.string() })

export const SyncParams = v.strictObject({
  rate: v.optional(inText(v.pipe(v.number(), v.minValue(1), v.maxValue(1000))), 50),
  removeUnknown: v.optional(inText(v.boolean()), false),
})

export const NoParams = v.strictObject({})

import * as v from 'valibot'
import { Platform } from './delivery.ts'
import { AppleToken, AppName, DeviceId, Extension, FcmToken, Time } from './fields.ts'

/** A hybrid logical clock kept by the PNS: `max(previous + 1, now in ms)`. The newest version of a device wins. */
export const Version = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER))

/** An iPhone: its PushKit token for calls and, if the app has one, its alert token for cancels and messages. */
const Apple = v.strictObject({
  platform: v.literal('ios'),
  app: AppName,
  tokens: v.strictObject({ voip: AppleToken, alert: v.exactOptional(AppleToken) }),
  version: Version,
})

const Android = v.strictObject({
  platform: v.literal('android'),
  app: AppName,
  tokens: v.strictObject({ fcm: FcmToken }),
  version: Version,
})

/** `PUT /v1/extensions/{extension}/devices/{deviceId}`. */
export const DeviceRequest = v.variant('platform', [Apple, Android])
export type DeviceRequest = v.InferOutput<typeof DeviceRequest>

export const RemoveQuery = v.strictObject({
  version: v.pipe(v.string(), v.regex(/^\d{1,16}$/, 'must be a whole number'), v.transform(Number), Version),
})

/** A device as it is listed: of each token only the last 6 characters. */
export const DeviceAnswer = v.object({
  extension: Extension,
  deviceId: DeviceId,
  platform: Platform,
  app: AppName,
  tokens: v.record(v.string(), v.string()),
  version: Version,
  updatedAt: Time,
})
export type DeviceAnswer = v.InferOutput<typeof DeviceAnswer>

export const DevicesAnswer = v.object({ extension: Extension, devices: v.array(DeviceAnswer) })

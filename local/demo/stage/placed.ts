import * as v from 'valibot'
import { Extension } from '../../../wire/fields.ts'
import { FATES, PHONE_NAME, tokenOf } from '../../tokens.ts'

export const oneOf = <const T extends readonly string[]>(options: T) =>
  v.picklist(options, `must be one of ${options.join(', ')}`)

export const Fate = oneOf(FATES)

/** A virtual phone as it was put on the stage; its name is its device id at the PNS too. */
export const Placed = v.strictObject({
  name: v.pipe(v.string(), v.regex(PHONE_NAME, 'must be 1 to 64 characters of A-Z a-z 0-9 _ . -')),
  extension: Extension,
  platform: oneOf(['ios', 'android']),
  fate: Fate,
})
export type Placed = v.InferOutput<typeof Placed>

/** What it registers with at the PNS: an iPhone's alert token has the same fate. */
export function registrationOf({ name, extension, platform, fate }: Placed): Record<string, string> {
  const token = (kind: 'voip' | 'alert' | 'fcm') => tokenOf({ kind, fate, phone: name })
  const tokens = platform === 'ios' ? { token: token('voip'), alertToken: token('alert') } : { token: token('fcm') }
  return { extension, platform, deviceId: name, ...tokens }
}

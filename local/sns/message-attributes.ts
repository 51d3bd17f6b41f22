import { PAYLOAD_LIMITS, type SnsPlatform } from '../../wire/payload.ts'
import { invalid, SnsError } from './errors.ts'
import type { MessageAttribute } from './query.ts'

/** The reserved attributes of mobile push: a TTL for each platform, the rest under `APNS` whatever the platform. */
const RESERVED = [
  ...Object.keys(PAYLOAD_LIMITS).map((platform) => `AWS.SNS.MOBILE.${platform}.TTL`),
  ...['PUSH_TYPE', 'PRIORITY', 'TOPIC', 'COLLAPSE_ID'].map((name) => `AWS.SNS.MOBILE.APNS.${name}`),
]

/** What the attributes of a publish say to one platform; `ttlSeconds` is undefined where it is left to SNS. */
export type MobileAttributes = {
  ttlSeconds: number | undefined
  pushType: string | undefined
  priority: string | undefined
  topic: string | undefined
}

function checkAttribute(name: string, { dataType, value }: MessageAttribute): void {
  const refuse = (message: string) => new SnsError('ParameterValueInvalid', `The message attribute '${name}' ${message}`)
  if (!/^(?:String|Number|Binary)(?:\.|$)/.test(dataType ?? '')) {
    throw refuse('has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.')
  }
  if (!value) throw refuse(`must contain non-empty message attribute value for message attribute type '${dataType}'.`)
  if (!name.startsWith('AWS.SNS.')) return
  if (!RESERVED.includes(name)) throw refuse('is not one of the reserved attributes of mobile push.')
  if (dataType !== 'String') throw refuse("must have the message attribute type 'String'.")
  if (name.endsWith('.TTL') && !/^\d{1,9}$/.test(value)) {
    throw invalid('MessageAttributes', `${name} must be a whole number of seconds`)
  }
}

export function readMobileAttributes(platform: SnsPlatform, attributes: Record<string, MessageAttribute>): MobileAttributes {
  for (const [name, attribute] of Object.entries(attributes)) checkAttribute(name, attribute)
  const value = (name: string) => attributes[`AWS.SNS.MOBILE.${name}`]?.value
  const ttl = value(`${platform}.TTL`)
  return {
    ttlSeconds: ttl === undefined ? undefined : Number(ttl),
    pushType: value('APNS.PUSH_TYPE'),
    priority: value('APNS.PRIORITY'),
    topic: value('APNS.TOPIC'),
  }
}

import { PAYLOAD_LIMITS, type SnsPlatform } from '../../wire/payload.ts'
import { invalid, SnsError } from './errors.ts'

const MAX_MESSAGE_BYTES = 256 * 1024

/** Plain text, or the `default` of a JSON message, as SNS wraps it for a platform. */
const wrap = (platform: SnsPlatform, text: string): string =>
  JSON.stringify(platform === 'GCM' ? { fcmV1Message: { message: { data: { default: text } } } } : { aps: { alert: text } })

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

function choose(platform: SnsPlatform, message: string): string {
  const byPlatform = parseObject(message)
  if (!byPlatform)
    throw new SnsError('InvalidParameter', 'Invalid parameter: Message Structure - JSON message body failed to parse')
  // SNS ignores entries that are no strings: a payload that was not encoded twice counts as missing.
  const { [platform]: payload, default: text } = byPlatform
  if (typeof payload === 'string') return payload
  if (typeof text === 'string') return wrap(platform, text)
  throw new SnsError('InvalidParameter', `Invalid parameter: JSON must contain an entry for 'default' or '${platform}'.`)
}

/** The JSON text that goes to a platform (`structure` is the request's MessageStructure), within that platform's limit. */
export function platformPayload(platform: SnsPlatform, message: string, structure: string | undefined): string {
  if (message === '') throw new SnsError('InvalidParameter', 'Invalid parameter: Empty message')
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES)
    throw new SnsError('InvalidParameter', 'Invalid parameter: Message too long')
  if (structure !== undefined && structure !== 'json') throw invalid('MessageStructure', 'must be json')
  const payload = structure === 'json' ? choose(platform, message) : wrap(platform, message)
  const refuse = (reason: string) => invalid('Message', `Invalid notification for protocol ${platform}: ${reason}`)
  if (!parseObject(payload)) throw refuse('Notification is malformed')
  if (Buffer.byteLength(payload) > PAYLOAD_LIMITS[platform]) {
    throw refuse(platform === 'GCM' ? 'Notification data is larger than allowed limit' : 'Notification is too long')
  }
  return payload
}

/**
 * A simulated Apple Push Notification service: a test instrument. It checks what the real one checks before a phone gets
 * anything (https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns).
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { PhonePush } from '../phones/push.ts'
import { readToken, type SimulatedToken } from '../tokens.ts'
import type { ProviderAnswer } from './answer.ts'
import { createJudge, type Verdict } from './judge.ts'

/**
 * One request to APNs. `bundle` is what the credentials were made for, `expiration` in seconds since 1970 (0: deliver now
 * or never), `payload` the JSON text.
 */
export type ApplePush = {
  provider: 'apple'
  environment: 'production' | 'sandbox'
  bundle: string | undefined
  token: string
  topic: string | undefined
  pushType: string
  priority: string
  expiration: number
  payload: string
}

type Device = SimulatedToken | undefined
type Rule = { status: number; reason: string; refuses: (push: ApplePush, device: Device) => boolean }

const isVoip = (topic = '') => topic.endsWith('.voip')
const appOf = (topic = '') => topic.replace(/\.voip$/, '')
const payloadLimit = ({ pushType }: ApplePush) => (pushType === 'voip' ? 5120 : 4096)

/** In the order in which they are checked: the request by itself first, then whether it suits the device. */
const RULES: Rule[] = [
  { status: 400, reason: 'PayloadEmpty', refuses: ({ payload }) => payload === '' },
  { status: 413, reason: 'PayloadTooLarge', refuses: (push) => Buffer.byteLength(push.payload) > payloadLimit(push) },
  { status: 400, reason: 'MissingTopic', refuses: ({ topic }) => !topic },
  { status: 400, reason: 'BadTopic', refuses: ({ topic }) => !/^[A-Za-z0-9.-]{1,255}$/.test(topic ?? '') },
  { status: 400, reason: 'TopicDisallowed', refuses: ({ topic, bundle }) => appOf(topic) !== appOf(bundle ?? topic) },
  {
    status: 400,
    reason: 'InvalidPushType',
    refuses: ({ pushType, topic }) =>
      !['voip', 'alert', 'background'].includes(pushType) || (pushType === 'voip') !== isVoip(topic),
  },
  {
    status: 400,
    reason: 'BadPriority',
    refuses: ({ pushType, priority }) => !(pushType === 'background' ? ['5'] : ['1', '5', '10']).includes(priority),
  },
  {
    status: 400,
    reason: 'BadExpirationDate',
    refuses: ({ expiration }) => !(Number.isSafeInteger(expiration) && expiration >= 0),
  },
  {
    status: 400,
    reason: 'BadDeviceToken',
    refuses: ({ environment }, device) =>
      !device || device.kind === 'fcm' || (device.fate === 'wrong_environment') !== (environment === 'sandbox'),
  },
  { status: 400, reason: 'DeviceTokenNotForTopic', refuses: ({ topic }, device) => (device?.kind === 'voip') !== isVoip(topic) },
]

const refuse = (status: number, reason: string, more: object = {}): ProviderAnswer => ({
  status,
  reason,
  body: JSON.stringify({ reason, ...more }),
})

/** Answers like APNs, and hands what it accepts to the phones. */
export function createApple(clock: Clock, toPhone: (push: PhonePush) => void): (push: ApplePush) => Promise<ProviderAnswer> {
  const judge = createJudge(clock)
  const answers: Record<Exclude<Verdict, 'deliver'>, () => ProviderAnswer> = {
    unregistered: () => refuse(410, 'Unregistered', { timestamp: clock.now() }),
    throttled: () => refuse(429, 'TooManyRequests'),
    unavailable: () => refuse(503, 'ServiceUnavailable'),
  }
  return async (push) => {
    const device = readToken(push.token)
    const broken = RULES.find(({ refuses }) => refuses(push, device))
    if (broken || !device) return refuse(broken?.status ?? 400, broken?.reason ?? 'BadDeviceToken')
    const verdict = await judge(device)
    if (verdict !== 'deliver') return answers[verdict]()
    const expired = push.expiration > 0 && push.expiration * 1000 <= clock.now()
    if (!expired) toPhone({ platform: 'ios', device, pushType: push.pushType, payload: push.payload })
    return { status: 200, body: JSON.stringify({ 'apns-id': randomUUID() }) }
  }
}

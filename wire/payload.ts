/**
 * What a push carries, per platform of SNS. Every push holds one object `wakecall`; docs/app.md explains it to the
 * people who write the apps. Sizes are those of Apple, Google and SNS; a name that is too long is shortened, never refused.
 */
import type { MessageRequest } from './messages.ts'
import type { CallPayload, CancelPayload, MessagePayload, WakePayload } from './wake.ts'

export type SnsPlatform = 'APNS' | 'APNS_SANDBOX' | 'APNS_VOIP' | 'APNS_VOIP_SANDBOX' | 'GCM'

/** Bytes of the platform's payload that SNS takes (https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-application-as-subscriber.html). */
export const PAYLOAD_LIMITS: Record<SnsPlatform, number> = {
  APNS: 4096,
  APNS_SANDBOX: 4096,
  APNS_VOIP: 5120,
  APNS_VOIP_SANDBOX: 5120,
  GCM: 4096,
}

/** One push, ready for SNS: `body` is the JSON text under the platform's key, the rest become message attributes. */
export type PlatformPush = {
  platform: SnsPlatform
  body: string
  ttlSeconds: number
  apns?: { pushType: 'voip' | 'alert' | 'background'; priority: '5' | '10'; topic: string }
}

/** A platform application that a push goes through: its SNS platform and, for Apple, the app's bundle id. */
export type PushRoute = { platform: SnsPlatform; bundle?: string | undefined }

const bytes = (text: string): number => Buffer.byteLength(text)

/** The longest beginning of `text` (in code points, an ellipsis at its end) with which `fits` holds; '' if none does. */
function shorten(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text
  const points = [...text]
  const cut = (length: number) => (length === 0 ? '' : `${points.slice(0, length).join('')}…`)
  let [low, high] = [0, points.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(cut(middle))) low = middle
    else high = middle - 1
  }
  return cut(low)
}

/** Builds the body and, where the platform would not take it, shortens first the text and then the caller's name. */
function fitBody<P extends CallPayload | MessagePayload>(
  platform: SnsPlatform,
  wake: P,
  text: string,
  build: (wake: P, text: string) => unknown,
): string {
  const { name = '' } = wake.from
  const body = (name: string, text: string) =>
    JSON.stringify(build({ ...wake, from: { ...wake.from, name: name || undefined } }, text))
  const fits = (candidate: string) => bytes(candidate) <= PAYLOAD_LIMITS[platform]
  const whole = body(name, text)
  if (fits(whole)) return whole
  const shortText = shorten(text, (text) => fits(body(name, text)))
  return body(
    shorten(name, (name) => fits(body(name, shortText))),
    shortText,
  )
}

/** Whole seconds from `sentAt` to `expiresAt`, at least 1: a TTL of 0 expires inside SNS before anything is sent. */
const ttlOf = (wake: WakePayload): number => Math.max(1, Math.ceil((Date.parse(wake.expiresAt) - Date.parse(wake.sentAt)) / 1000))

const apns = (route: PushRoute, pushType: 'voip' | 'alert' | 'background') => ({
  pushType,
  priority: pushType === 'background' ? ('5' as const) : ('10' as const),
  topic: pushType === 'voip' ? `${route.bundle}.voip` : `${route.bundle}`,
})

/** FCM's HTTP v1 message, as SNS takes it; the values of `data` are strings. */
const fcm = (wake: WakePayload, more: { data?: Record<string, string>; notification?: object } = {}) => ({
  fcmV1Message: {
    message: {
      android: { priority: 'high', ttl: `${ttlOf(wake)}s` },
      ...more,
      data: { wakecall: JSON.stringify(wake), ...more.data },
    },
  },
})

/** A call: a VoIP push on iOS, a high-priority data message on Android. */
export function callPush(route: PushRoute, wake: CallPayload): PlatformPush {
  const { platform } = route
  const ttlSeconds = ttlOf(wake)
  if (platform === 'GCM') return { platform, ttlSeconds, body: fitBody(platform, wake, '', (wake) => fcm(wake)) }
  const body = fitBody(platform, wake, '', (wake) => ({ aps: {}, wakecall: wake }))
  return { platform, ttlSeconds, body, apns: apns(route, 'voip') }
}

/** A cancel: a background push on iOS, which kills apps that get a VoIP push and report no call; data on Android. */
export function cancelPush(route: PushRoute, wake: CancelPayload): PlatformPush {
  const { platform } = route
  const ttlSeconds = ttlOf(wake)
  if (platform === 'GCM') return { platform, ttlSeconds, body: JSON.stringify(fcm(wake)) }
  const body = JSON.stringify({ aps: { 'content-available': 1 }, wakecall: wake })
  return { platform, ttlSeconds, body, apns: apns(route, 'background') }
}

/** A message: an alert on iOS; on Android a notification that the system shows, or a data message for the app. */
export function messagePush(
  route: PushRoute,
  wake: MessagePayload,
  request: Pick<MessageRequest, 'text' | 'android'>,
): PlatformPush {
  const { platform } = route
  const ttlSeconds = ttlOf(wake)
  const alert = ({ from }: MessagePayload, body: string) => ({ title: from.name ?? from.number, body })
  if (platform === 'GCM') {
    const body = fitBody(platform, wake, request.text, (wake, text) =>
      fcm(wake, request.android === 'data' ? { data: { text } } : { notification: alert(wake, text) }),
    )
    return { platform, ttlSeconds, body }
  }
  const body = fitBody(platform, wake, request.text, (wake, text) => ({
    aps: { alert: alert(wake, text), sound: 'default' },
    wakecall: wake,
  }))
  return { platform, ttlSeconds, body, apns: apns(route, 'alert') }
}

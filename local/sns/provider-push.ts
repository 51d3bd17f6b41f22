import type { ApplePush } from '../providers/apple.ts'
import type { GooglePush } from '../providers/google.ts'
import type { ProviderPush } from '../providers/providers.ts'
import type { Notification } from './publish.ts'

const FOUR_WEEKS_SECONDS = 28 * 24 * 3600

/** Without a PUSH_TYPE, SNS tells background from alert by the payload; it never takes a push for a VoIP push. */
function inferPushType(aps: Record<string, unknown> = {}): 'background' | 'alert' {
  return 'content-available' in aps && !('alert' in aps) ? 'background' : 'alert'
}

function applePush(notification: Notification): ApplePush {
  const { endpoint, payload, ttlSeconds, publishedAt } = notification
  const { platform, attributes } = endpoint.application
  const pushType = notification.pushType ?? inferPushType(JSON.parse(payload).aps)
  return {
    provider: 'apple',
    environment: platform.endsWith('_SANDBOX') ? 'sandbox' : 'production',
    bundle: attributes.ApplePlatformBundleID,
    token: endpoint.token,
    topic: notification.topic ?? attributes.ApplePlatformBundleID,
    pushType,
    priority: notification.priority ?? (pushType === 'background' ? '5' : '10'),
    expiration: ttlSeconds === 0 ? 0 : Math.floor(publishedAt / 1000) + (ttlSeconds ?? FOUR_WEEKS_SECONDS),
    payload,
  }
}

function googlePush({ endpoint, payload, ttlSeconds }: Notification): GooglePush {
  const parsed = JSON.parse(payload)
  const message = parsed.fcmV1Message?.message ?? parsed
  const ttl = ttlSeconds === undefined ? {} : { ttl: `${ttlSeconds}s` }
  return { provider: 'google', token: endpoint.token, message: { ...message, android: { ...ttl, ...message.android } } }
}

/** The request that SNS makes of a notification, to Apple or to Google. */
export const toProviderPush = (notification: Notification): ProviderPush =>
  notification.endpoint.application.platform === 'GCM' ? googlePush(notification) : applePush(notification)

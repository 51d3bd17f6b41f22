import type { ProviderAnswer } from '../providers/answer.ts'

/** SNS's failure types of mobile push, with the words that go with them. */
export const FAILURES = {
  InvalidPlatformToken: 'Platform token associated with the endpoint is not valid',
  InvalidNotification: 'Notification body is invalid',
  EndpointDisabled: 'Endpoint is disabled',
  NotificationTTLExpired: 'The TTL of the notification ran out before it could be delivered',
  DeliveryFailedPerm: 'The push notification service refused the notification',
  DependencyUnavailable: 'The push notification service is unavailable',
  Throttled: 'The push notification service throttled the notification',
  UnexpectedFailure: 'The delivery failed unexpectedly',
} as const

export type FailureType = keyof typeof FAILURES

/** What a provider's reason means to SNS; only `InvalidPlatformToken` disables the endpoint. */
const BY_REASON: Record<string, FailureType> = {
  BadDeviceToken: 'InvalidPlatformToken',
  DeviceTokenNotForTopic: 'InvalidPlatformToken',
  Unregistered: 'InvalidPlatformToken',
  UNREGISTERED: 'InvalidPlatformToken',
  SENDER_ID_MISMATCH: 'InvalidPlatformToken',
  INVALID_ARGUMENT: 'InvalidNotification',
  PayloadEmpty: 'InvalidNotification',
  PayloadTooLarge: 'InvalidNotification',
  BadTopic: 'InvalidNotification',
  MissingTopic: 'InvalidNotification',
  InvalidPushType: 'InvalidNotification',
  BadPriority: 'InvalidNotification',
  BadExpirationDate: 'InvalidNotification',
}

/** The failure that an answer is; `undefined` for a delivery. */
export function failureOf({ status, reason = '' }: ProviderAnswer): FailureType | undefined {
  if (status < 300) return undefined
  if (status === 429) return 'Throttled'
  if (status >= 500) return 'DependencyUnavailable'
  return BY_REASON[reason] ?? 'DeliveryFailedPerm'
}

/** Failures that SNS tries again, as long as the TTL lets it. */
export const isTransient = (failure: FailureType): boolean => failure === 'Throttled' || failure === 'DependencyUnavailable'

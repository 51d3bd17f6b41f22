import type { Diagnosis } from '../wire/trace.ts'

type Row = { says: RegExp; is: Diagnosis }

/** Words that stand by themselves: `Unregistered`, but not within another name. */
const words = (...texts: string[]): RegExp => new RegExp(`(?<!\\w)(?:${texts.join('|')})(?!\\w)`)

/**
 * What is said of a refusal → what went wrong, the first row that fits. Sources: Apple's reasons
 * (https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns), FCM's error
 * codes (https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode) before the statuses that carry them
 * (https://cloud.google.com/apis/design/errors), and SNS's failure types with their messages
 * (https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html).
 */
const ROWS: readonly Row[] = [
  { says: words('BadDeviceToken', 'SENDER_ID_MISMATCH', 'MismatchSenderId'), is: 'wrong_environment' },
  { says: words('DeviceTokenNotForTopic', 'BadTopic', 'MissingTopic', 'TopicDisallowed'), is: 'wrong_topic' },
  {
    says: words(
      'BadCertificate',
      'BadCertificateEnvironment',
      'BadEnvironmentKeyIdInToken',
      'UnrelatedKeyIdInToken',
      'ExpiredProviderToken',
      'InvalidProviderToken',
      'MissingProviderToken',
      'Forbidden',
      'THIRD_PARTY_AUTH_ERROR',
      'InvalidCredentials',
    ),
    is: 'credentials_refused',
  },
  {
    // Google refuses a malformed token as it refuses a message: only its sentence tells them apart.
    says: words('Unregistered', 'ExpiredToken', 'UNREGISTERED', 'NotRegistered', 'not a valid FCM registration token'),
    is: 'unregistered',
  },
  { says: words('TooManyRequests', 'TooManyProviderTokenUpdates', 'QUOTA_EXCEEDED', 'Throttled'), is: 'throttled' },
  {
    says: words('InternalServerError', 'ServiceUnavailable', 'Shutdown', 'IdleTimeout', 'DependencyUnavailable'),
    is: 'provider_unavailable',
  },
  {
    says: words(
      'BadCollapseId',
      'BadExpirationDate',
      'BadMessageId',
      'BadPriority',
      'DuplicateHeaders',
      'InvalidPushType',
      'PayloadEmpty',
      'PayloadTooLarge',
      'InvalidNotification',
    ),
    is: 'payload_refused',
  },
  { says: words('NotificationTTLExpired'), is: 'ttl_expired' },
  { says: words('UNAUTHENTICATED', 'PERMISSION_DENIED'), is: 'credentials_refused' },
  { says: words('NOT_FOUND'), is: 'unregistered' },
  { says: words('RESOURCE_EXHAUSTED'), is: 'throttled' },
  { says: words('UNAVAILABLE', 'INTERNAL'), is: 'provider_unavailable' },
  { says: words('INVALID_ARGUMENT'), is: 'payload_refused' },
  { says: /endpoint ?(?:is )?disabled/i, is: 'endpoint_disabled' },
  { says: /credentials? .*(?:invalid|not valid|expired)/i, is: 'credentials_refused' },
  { says: /throttl/i, is: 'throttled' },
  { says: /\bTTL\b/, is: 'ttl_expired' },
  { says: /unavailable/i, is: 'provider_unavailable' },
  { says: /notification body|too long|larger than/i, is: 'payload_refused' },
]

/**
 * Names what went wrong, by the provider's answer as SNS records it (`providerResponse`), or SNS's own failure type or
 * message; `undefined` for what no row knows. SNS's `InvalidPlatformToken` alone is such: it may be any of three.
 */
export const diagnose = (said: string): Diagnosis | undefined => ROWS.find(({ says }) => says.test(said))?.is

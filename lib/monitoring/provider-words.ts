import type { DeliveryMetric } from './delivery-metrics.ts'

/**
 * What a refusal is, by the words in the provider's answer: Apple's reasons
 * (https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns) and FCM's error
 * codes (https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode).
 */
export const REASONS: Record<'apple' | 'google', [DeliveryMetric, words: string[]][]> = {
  apple: [
    [
      'CredentialsRefused',
      [
        'InvalidProviderToken',
        'ExpiredProviderToken',
        'MissingProviderToken',
        'UnrelatedKeyIdInToken',
        'BadEnvironmentKey',
        'BadCertificate',
        'Forbidden',
      ],
    ],
    ['WrongTopic', ['DeviceTokenNotForTopic', 'BadTopic', 'TopicDisallowed', 'MissingTopic']],
    ['WrongEnvironment', ['BadDeviceToken']],
    ['Unregistered', ['Unregistered', 'ExpiredToken']],
  ],
  google: [
    // Not PERMISSION_DENIED: it is the status of SENDER_ID_MISMATCH too, and there it is the phone's token that is wrong.
    ['CredentialsRefused', ['UNAUTHENTICATED', 'THIRD_PARTY_AUTH_ERROR', 'cloudmessaging.messages.create', 'SERVICE_DISABLED']],
    ['WrongEnvironment', ['SENDER_ID_MISMATCH']],
    ['Unregistered', ['UNREGISTERED']],
  ],
}

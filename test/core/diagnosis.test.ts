import { describe, expect, test } from 'vitest'
import { diagnose } from '../../core/diagnosis.ts'
import { FAILURES } from '../../local/sns/failures.ts'

const apple = (reason: string) => JSON.stringify({ reason })
const google = (code: number, status: string, message: string, errorCode?: string) => {
  const details = errorCode && [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }]
  return JSON.stringify({ error: { code, message, status, details } }, undefined, 2)
}

describe('Apple', () => {
  test.each([
    ['BadDeviceToken', 'wrong_environment'],
    ['DeviceTokenNotForTopic', 'wrong_topic'],
    ['TopicDisallowed', 'wrong_topic'],
    ['BadCertificate', 'credentials_refused'],
    ['BadCertificateEnvironment', 'credentials_refused'],
    ['InvalidProviderToken', 'credentials_refused'],
    ['ExpiredProviderToken', 'credentials_refused'],
    ['Unregistered', 'unregistered'],
    ['ExpiredToken', 'unregistered'],
    ['PayloadTooLarge', 'payload_refused'],
    ['TooManyRequests', 'throttled'],
    ['InternalServerError', 'provider_unavailable'],
    ['ServiceUnavailable', 'provider_unavailable'],
  ])('%s is %s', (reason, name) => {
    expect(diagnose(apple(reason))).toBe(name)
  })

  test('the time of an Unregistered changes nothing', () => {
    expect(diagnose('{"reason":"Unregistered","timestamp":1772442000000}')).toBe('unregistered')
  })
})

describe('Google', () => {
  test.each([
    [google(404, 'NOT_FOUND', 'Requested entity was not found.', 'UNREGISTERED'), 'unregistered'],
    [google(404, 'NOT_FOUND', 'Requested entity was not found.'), 'unregistered'],
    [google(403, 'PERMISSION_DENIED', 'SenderId mismatch', 'SENDER_ID_MISMATCH'), 'wrong_environment'],
    [google(403, 'PERMISSION_DENIED', "Permission 'cloudmessaging.messages.create' denied"), 'credentials_refused'],
    [google(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'), 'credentials_refused'],
    [google(400, 'INVALID_ARGUMENT', 'Message too big', 'INVALID_ARGUMENT'), 'payload_refused'],
    [
      google(400, 'INVALID_ARGUMENT', 'The registration token is not a valid FCM registration token', 'INVALID_ARGUMENT'),
      'unregistered',
    ],
    [google(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', 'QUOTA_EXCEEDED'), 'throttled'],
    [google(503, 'UNAVAILABLE', 'The service is currently unavailable.', 'UNAVAILABLE'), 'provider_unavailable'],
    [google(500, 'INTERNAL', 'Internal error encountered.', 'INTERNAL'), 'provider_unavailable'],
  ])('%s is %s', (answer, name) => {
    expect(diagnose(answer)).toBe(name)
  })
})

const BY_SNS = {
  InvalidPlatformToken: undefined,
  InvalidNotification: 'payload_refused',
  EndpointDisabled: 'endpoint_disabled',
  NotificationTTLExpired: 'ttl_expired',
  DeliveryFailedPerm: undefined,
  DependencyUnavailable: 'provider_unavailable',
  Throttled: 'throttled',
  UnexpectedFailure: undefined,
} as const

describe('SNS', () => {
  test.each(Object.entries(BY_SNS))('the type %s, and its message, are %s', (type, name) => {
    expect(diagnose(type)).toBe(name)
    expect(diagnose(FAILURES[type as keyof typeof FAILURES])).toBe(name)
  })

  test('refused credentials are named', () => {
    expect(diagnose('InvalidCredentials')).toBe('credentials_refused')
    expect(diagnose('Platform credentials are invalid')).toBe('credentials_refused')
  })
})

test.each(['', '{}', 'I am a teapot', '{"reason":"NotUnregisteredAtAll"}', 'xBadDeviceTokens', 'INTERNALS'])(
  '%j is nothing that we know',
  (said) => {
    expect(diagnose(said)).toBeUndefined()
  },
)

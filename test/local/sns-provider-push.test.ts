import { describe, expect, test } from 'vitest'
import { toProviderPush } from '../../local/sns/provider-push.ts'
import type { Notification } from '../../local/sns/publish.ts'
import type { SnsPlatform } from '../../wire/payload.ts'

const PUBLISHED = Date.parse('2026-01-26T12:00:00.500Z')
const BUNDLE = 'com.example.phone'

/** The provider's request for a publish to `platform` of which SNS was told nothing but what `told` says. */
function pushOf(platform: SnsPlatform, told: Partial<Notification>) {
  const attributes = platform === 'GCM' ? {} : { ApplePlatformBundleID: BUNDLE }
  const application = { arn: 'application', platform, name: 'phone', attributes, endpoints: new Map() }
  const endpoint = { arn: 'endpoint', application, token: 'token', enabled: true, customUserData: '' }
  const silent = { ttlSeconds: undefined, pushType: undefined, priority: undefined, topic: undefined }
  return toProviderPush({ messageId: 'id', endpoint, payload: '{}', publishedAt: PUBLISHED, ...silent, ...told })
}

describe('the request to Apple', () => {
  test('says what the publish said', () => {
    const told = { ttlSeconds: 30, pushType: 'voip', priority: '10', topic: `${BUNDLE}.voip`, payload: '{"aps":{}}' }
    expect(pushOf('APNS_VOIP', told)).toEqual({
      provider: 'apple',
      environment: 'production',
      bundle: BUNDLE,
      token: 'token',
      topic: `${BUNDLE}.voip`,
      pushType: 'voip',
      priority: '10',
      expiration: Date.parse('2026-01-26T12:00:30Z') / 1000,
      payload: '{"aps":{}}',
    })
  })

  test.each([
    ['an alert', '{"aps":{"alert":"hello"}}', 'alert', '10'],
    ['an alert with content', '{"aps":{"alert":"hello","content-available":1}}', 'alert', '10'],
    ['content alone', '{"aps":{"content-available":1}}', 'background', '5'],
    ['nothing', '{}', 'alert', '10'],
  ])('of a publish that says nothing, with %s, is inferred from the payload', (_, payload, pushType, priority) => {
    expect(pushOf('APNS', { payload })).toMatchObject({
      topic: BUNDLE,
      pushType,
      priority,
      expiration: Date.parse('2026-02-23T12:00:00Z') / 1000,
    })
  })

  test.each([
    ['APNS', 'production'],
    ['APNS_VOIP', 'production'],
    ['APNS_SANDBOX', 'sandbox'],
    ['APNS_VOIP_SANDBOX', 'sandbox'],
  ] as const)('of %s goes to %s', (platform, environment) => {
    expect(pushOf(platform, {})).toMatchObject({ environment })
  })

  test('with a TTL of 0 is "now or never"', () => {
    expect(pushOf('APNS', { ttlSeconds: 0 })).toMatchObject({ expiration: 0 })
  })
})

describe('the request to Google', () => {
  const wrapped = (message: object) => JSON.stringify({ fcmV1Message: { message } })
  test.each([
    ["takes the message's own TTL before the attribute's", wrapped({ android: { ttl: '5s' } }), 30, { android: { ttl: '5s' } }],
    ["takes the attribute's where the message has none", wrapped({ data: {} }), 30, { data: {}, android: { ttl: '30s' } }],
    ['says nothing of which nothing is said', wrapped({ data: {} }), undefined, { data: {}, android: {} }],
    ['takes the form of old', '{"data":{"a":"b"}}', undefined, { data: { a: 'b' }, android: {} }],
  ])('%s', (_, payload, ttlSeconds, message) => {
    expect(pushOf('GCM', { payload, ttlSeconds })).toEqual({ provider: 'google', token: 'token', message })
  })
})

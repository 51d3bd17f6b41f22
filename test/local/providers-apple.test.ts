import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../local/clock.ts'
import type { PhonePush } from '../../local/phones/push.ts'
import { type ApplePush, createApple } from '../../local/providers/apple.ts'
import { type Fate, tokenOf } from '../../local/tokens.ts'

const START = Date.parse('2026-01-26T12:00:00Z')
const voipToken = (fate: Fate) => tokenOf({ kind: 'voip', fate, phone: 'alice' })
const alertToken = tokenOf({ kind: 'alert', fate: 'accept', phone: 'alice' })

const VOIP: ApplePush = {
  provider: 'apple',
  environment: 'production',
  bundle: 'com.example.phone.voip',
  token: voipToken('accept'),
  topic: 'com.example.phone.voip',
  pushType: 'voip',
  priority: '10',
  expiration: START / 1000 + 30,
  payload: '{"aps":{}}',
}
const ALERT: ApplePush = {
  ...VOIP,
  bundle: 'com.example.phone',
  token: alertToken,
  topic: 'com.example.phone',
  pushType: 'alert',
}
const BACKGROUND: ApplePush = { ...ALERT, pushType: 'background', priority: '5' }

function start() {
  const clock = virtualClock(START)
  const received: PhonePush[] = []
  return { clock, received, apple: createApple(clock, (push) => received.push(push)) }
}
const bytes = (count: number) => `"${'x'.repeat(count - 2)}"`

describe('simulated Apple', () => {
  test.each([
    ['a VoIP push', VOIP],
    ['an alert', ALERT],
    ['a background push', BACKGROUND],
    ['a sandbox token in the sandbox', { ...VOIP, environment: 'sandbox', token: voipToken('wrong_environment') }],
    ['a VoIP payload of 5120 bytes', { ...VOIP, payload: bytes(5120) }],
    ['an alert payload of 4096 bytes', { ...ALERT, payload: bytes(4096) }],
    ['an expiration of 0: now or never', { ...VOIP, expiration: 0 }],
    ['credentials that name no bundle', { ...VOIP, bundle: undefined }],
  ] as [string, ApplePush][])('delivers %s', async (_, push) => {
    const { apple, received } = start()
    expect(await apple(push)).toEqual({ status: 200, body: expect.stringContaining('apns-id') })
    expect(received).toMatchObject([
      { platform: 'ios', device: { phone: 'alice' }, pushType: push.pushType, payload: push.payload },
    ])
  })

  test.each([
    [400, 'PayloadEmpty', 'an empty payload', { ...VOIP, payload: '' }],
    [413, 'PayloadTooLarge', 'a VoIP payload of 5121 bytes', { ...VOIP, payload: bytes(5121) }],
    [413, 'PayloadTooLarge', 'an alert payload of 4097 bytes', { ...ALERT, payload: bytes(4097) }],
    [400, 'MissingTopic', 'no topic', { ...VOIP, topic: undefined }],
    [400, 'BadTopic', 'a topic that is no bundle id', { ...VOIP, topic: 'my phone.voip' }],
    [400, 'TopicDisallowed', "another app's topic", { ...VOIP, topic: 'com.example.other.voip' }],
    [400, 'InvalidPushType', 'an unknown push type', { ...VOIP, pushType: 'call' }],
    [400, 'InvalidPushType', 'a VoIP push to an alert topic', { ...VOIP, topic: 'com.example.phone' }],
    [400, 'InvalidPushType', 'an alert to a VoIP topic', { ...ALERT, topic: 'com.example.phone.voip' }],
    [400, 'BadPriority', 'an unknown priority', { ...VOIP, priority: '7' }],
    [400, 'BadPriority', 'a background push of priority 10', { ...BACKGROUND, priority: '10' }],
    [400, 'BadExpirationDate', 'a negative expiration', { ...VOIP, expiration: -1 }],
    [400, 'BadExpirationDate', 'an expiration that is no number', { ...VOIP, expiration: Number.NaN }],
    [400, 'BadDeviceToken', "nobody's token", { ...VOIP, token: 'a9'.repeat(32) }],
    [400, 'BadDeviceToken', 'an FCM token', { ...VOIP, token: tokenOf({ kind: 'fcm', fate: 'accept', phone: 'bob' }) }],
    [400, 'BadDeviceToken', 'a sandbox token in production', { ...VOIP, token: voipToken('wrong_environment') }],
    [400, 'BadDeviceToken', 'a production token in the sandbox', { ...VOIP, environment: 'sandbox' }],
    [400, 'DeviceTokenNotForTopic', 'a VoIP push to an alert token', { ...VOIP, token: alertToken }],
    [400, 'DeviceTokenNotForTopic', 'an alert to a VoIP token', { ...ALERT, token: voipToken('accept') }],
    [410, 'Unregistered', 'an app that is gone', { ...VOIP, token: voipToken('unregistered') }],
    [503, 'ServiceUnavailable', 'everything while it is down', { ...VOIP, token: voipToken('unavailable') }],
  ] as [number, string, string, ApplePush][])('answers %i %s to %s', async (status, reason, _, push) => {
    const { apple, received } = start()
    const answer = await apple(push)
    expect(answer).toMatchObject({ status, reason })
    expect(JSON.parse(answer.body)).toMatchObject({ reason })
    expect(received).toEqual([])
  })

  test('throttles a device once', async () => {
    const { apple, received } = start()
    const push = { ...VOIP, token: voipToken('throttled') }
    expect(await apple(push)).toMatchObject({ status: 429, reason: 'TooManyRequests' })
    expect(received).toEqual([])
    expect(await apple(push)).toMatchObject({ status: 200 })
    expect(received).toHaveLength(1)
  })

  test.each([
    ['delivers late', START / 1000 + 4, 1],
    ['drops what expired meanwhile', START / 1000 + 2, 0],
  ])('when slow, %s', async (_, expiration, count) => {
    const { apple, received, clock } = start()
    const answer = apple({ ...VOIP, token: voipToken('slow'), expiration })
    await clock.advance(3000)
    expect(await answer).toMatchObject({ status: 200 })
    expect(received).toHaveLength(count)
  })
})

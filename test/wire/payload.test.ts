import { describe, expect, test } from 'vitest'
import { callPush, cancelPush, messagePush, PAYLOAD_LIMITS } from '../../wire/payload.ts'
import { BUNDLE, QUIET_PLATFORMS, readPush, VOIP_PLATFORMS } from './read-push.ts'

const TIMES = { sentAt: '2026-03-01T12:00:00.000Z', expiresAt: '2026-03-01T12:00:30.000Z' }
const COMMON = { v: 1, pbx: 'pbx-1', to: '1001', ...TIMES } as const
const CALLER = { number: '1002', name: 'Zoë' }
const CALL = { ...COMMON, event: 'call', from: CALLER, callId: 'a84b@host', uuid: 'u' } as const
const CANCEL = { ...COMMON, event: 'cancel', callId: 'a84b@host', uuid: 'u', reason: 'declined' } as const
const MESSAGE = { ...COMMON, event: 'message', from: CALLER, messageId: 'm1' } as const

test('the platforms are those of SNS, with the sizes that it takes', () => {
  expect(Object.keys(PAYLOAD_LIMITS).sort()).toEqual([...VOIP_PLATFORMS, ...QUIET_PLATFORMS].sort())
  expect(PAYLOAD_LIMITS).toMatchObject({ APNS: 4096, APNS_VOIP: 5120, GCM: 4096 })
})

describe('Apple', () => {
  test.each(VOIP_PLATFORMS)('a call through %s: a VoIP push', (platform) => {
    const { apns, ttlSeconds, body } = callPush({ platform, bundle: BUNDLE }, CALL)
    expect(apns).toEqual({ pushType: 'voip', priority: '10', topic: `${BUNDLE}.voip` })
    expect(ttlSeconds).toBe(30)
    expect(JSON.parse(body)).toEqual({ aps: {}, wakecall: CALL })
  })

  test.each([...VOIP_PLATFORMS, 'APNS', 'APNS_SANDBOX'] as const)(
    'a cancel is never a VoIP push, even through %s',
    (platform) => {
      const push = cancelPush({ platform, bundle: BUNDLE }, CANCEL)
      expect(push.apns).toEqual({ pushType: 'background', priority: '5', topic: BUNDLE })
      expect(JSON.parse(push.body)).toEqual({ aps: { 'content-available': 1 }, wakecall: CANCEL })
    },
  )

  test('a message: an alert, titled by name or number', () => {
    const route = { platform: 'APNS', bundle: BUNDLE } as const
    const push = messagePush(route, MESSAGE, { text: 'Hello', android: 'data' })
    expect(push.apns).toEqual({ pushType: 'alert', priority: '10', topic: BUNDLE })
    expect(readPush(push).aps).toEqual({ alert: { title: 'Zoë', body: 'Hello' }, sound: 'default' })
    const unnamed = messagePush(route, { ...MESSAGE, from: { number: '1002' } }, { text: 'Hello', android: 'data' })
    expect(readPush(unnamed).aps?.alert?.title).toBe('1002')
  })
})

describe('Google', () => {
  const route = { platform: 'GCM' } as const

  test.each([
    ['call', callPush(route, CALL)],
    ['cancel', cancelPush(route, CANCEL)],
    ['data message', messagePush(route, MESSAGE, { text: 'Hello', android: 'data' })],
    ['notification', messagePush(route, MESSAGE, { text: 'Hello', android: 'notification' })],
  ])('a %s: high priority, a TTL, strings as data, nothing of Apple', (_, push) => {
    const { fcm } = readPush(push)
    expect(fcm?.android).toEqual({ priority: 'high', ttl: '30s' })
    for (const value of Object.values(fcm?.data ?? {})) expect(value).toBeTypeOf('string')
    expect(push.apns).toBeUndefined()
  })

  test('a call and a cancel are data alone: a notification would be shown instead of waking the app', () => {
    expect(readPush(callPush(route, CALL)).fcm?.notification).toBeUndefined()
    expect(readPush(cancelPush(route, CANCEL)).fcm?.notification).toBeUndefined()
  })

  test('a message for the app is data alone, one for the system has a notification', () => {
    const data = readPush(messagePush(route, MESSAGE, { text: 'Hello', android: 'data' })).fcm
    expect([data?.data.text, data?.notification]).toEqual(['Hello', undefined])
    const shown = readPush(messagePush(route, MESSAGE, { text: 'Hello', android: 'notification' })).fcm
    expect([shown?.data.text, shown?.notification]).toEqual([undefined, { title: 'Zoë', body: 'Hello' }])
  })
})

describe('TTL', () => {
  test.each([
    ['2026-03-01T12:00:30.000Z', 30],
    ['2026-03-01T12:00:29.001Z', 30],
    ['2026-03-01T12:00:29.000Z', 29],
    ['2026-03-01T12:00:00.001Z', 1],
    ['2026-03-01T12:00:00.000Z', 1],
    ['2026-03-01T11:59:00.000Z', 1],
  ])('until %s: %i s, never 0', (expiresAt, seconds) => {
    expect(callPush({ platform: 'GCM' }, { ...CALL, expiresAt }).ttlSeconds).toBe(seconds)
    expect(cancelPush({ platform: 'GCM' }, { ...CANCEL, expiresAt }).ttlSeconds).toBe(seconds)
    const message = messagePush({ platform: 'GCM' }, { ...MESSAGE, expiresAt }, { text: 'Hello', android: 'data' })
    expect(message.ttlSeconds).toBe(seconds)
  })
})

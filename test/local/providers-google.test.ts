import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../local/clock.ts'
import type { PhonePush } from '../../local/phones/push.ts'
import { createGoogle } from '../../local/providers/google.ts'
import { type Fate, tokenOf } from '../../local/tokens.ts'

const START = Date.parse('2026-01-26T12:00:00Z')
const tokenFor = (fate: Fate) => tokenOf({ kind: 'fcm', fate, phone: 'bob' })
const CALL = { android: { priority: 'high', ttl: '30s' }, data: { wakecall: '{}' } }

function start() {
  const clock = virtualClock(START)
  const received: PhonePush[] = []
  const google = createGoogle(clock, (push) => received.push(push))
  const send = (message: unknown, token = tokenFor('accept')) => google({ provider: 'google', token, message })
  return { clock, received, send }
}

describe('simulated Google', () => {
  test.each([
    ['a data message', CALL],
    ['a notification', { notification: { title: 'Ann', body: 'hello' }, android: { priority: 'normal' } }],
    ['no data at all', {}],
    ['a TTL of 0 and one of four weeks', { ...CALL, android: { ttl: '0s' } }],
    ['a TTL of four weeks', { ...CALL, android: { ttl: '2419200s' } }],
    ['4096 bytes of data', { data: { a: 'x'.repeat(4096 - 8 - 2) } }],
  ])('delivers %s', async (_, message) => {
    const { send, received } = start()
    expect(await send(message)).toEqual({ status: 200, body: expect.stringContaining('projects/simulated/messages/') })
    expect(received).toEqual([{ platform: 'android', device: { kind: 'fcm', fate: 'accept', phone: 'bob' }, message }])
  })

  test.each([
    ['data that are no strings', { data: { n: 1 } }],
    ['a reserved key', { data: { from: 'me' } }],
    ['a reserved prefix', { data: { 'google.sent_time': '1' } }],
    ['an unknown field', { data: {}, to: 'bob' }],
    ['the envelope of SNS', { fcmV1Message: { message: CALL } }],
    ['an unknown priority', { android: { priority: '10' } }],
    ['a TTL without its unit', { android: { ttl: '30' } }],
    ['a TTL over four weeks', { android: { ttl: '2419201s' } }],
    ['4097 bytes of data', { data: { a: 'x'.repeat(4097 - 8 - 2) } }],
    ['no message', undefined],
  ])('refuses %s', async (_, message) => {
    const { send, received } = start()
    const answer = await send(message)
    expect(answer).toMatchObject({ status: 400, reason: 'INVALID_ARGUMENT' })
    expect(JSON.parse(answer.body).error).toMatchObject({
      code: 400,
      status: 'INVALID_ARGUMENT',
      details: [{ errorCode: 'INVALID_ARGUMENT' }],
    })
    expect(received).toEqual([])
  })

  test.each([
    [400, 'INVALID_ARGUMENT', 'a token of wrong characters', 'not a token of any kind'],
    [400, 'INVALID_ARGUMENT', 'a token that is too short', 'bob'],
    [404, 'UNREGISTERED', "nobody's token", 'cX9d-3Yt:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx'],
    [404, 'UNREGISTERED', "an iPhone's token", tokenOf({ kind: 'voip', fate: 'accept', phone: 'alice' })],
    [404, 'UNREGISTERED', 'an app that is gone', tokenFor('unregistered')],
    [403, 'SENDER_ID_MISMATCH', "another sender's token", tokenFor('wrong_environment')],
    [503, 'UNAVAILABLE', 'everything while it is down', tokenFor('unavailable')],
  ])('answers %i %s to %s', async (status, reason, _, token) => {
    const { send, received } = start()
    expect(await send(CALL, token)).toMatchObject({ status, reason, body: expect.stringContaining(reason) })
    expect(received).toEqual([])
  })

  test('throttles a device once', async () => {
    const { send, received } = start()
    expect(await send(CALL, tokenFor('throttled'))).toMatchObject({ status: 429, reason: 'QUOTA_EXCEEDED' })
    expect(received).toEqual([])
    expect(await send(CALL, tokenFor('throttled'))).toMatchObject({ status: 200 })
    expect(received).toHaveLength(1)
  })

  test.each([
    ['delivers late', '4s', 1],
    ['drops what expired meanwhile', '2s', 0],
  ])('when slow, %s', async (_, ttl, count) => {
    const { send, received, clock } = start()
    const answer = send({ ...CALL, android: { ttl } }, tokenFor('slow'))
    await clock.advance(3000)
    expect(await answer).toMatchObject({ status: 200 })
    expect(received).toHaveLength(count)
  })
})

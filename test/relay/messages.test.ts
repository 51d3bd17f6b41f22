import { expect, test } from 'vitest'
import { android, iphone, iphoneWithoutAlert } from './devices.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'

const { a, cloud, seen, sees } = await openRelay()

const details = (phone: string) => cloud.phones.history(phone).map(({ kind, detail }) => `${kind}: ${detail}`)

test.each(['notification', 'data'] as const)('a message reaches both platforms, on Android as %s', async (kind) => {
  await a.register(kind, 'iphone', iphone(`${kind}-iphone`))
  await a.register(kind, 'android', android(`${kind}-android`))
  const answer = await a.message({ messageId: kind, to: kind, text: 'Ring mich an 📞', android: kind })
  expect(answer.status).toBe(202)
  expect(answer.json).toMatchObject({ messageId: kind, devices: 2 })
  expect(answer.headers).toHaveProperty('ratelimit')
  for (const platform of ['iphone', 'android']) await sees(`${kind}-${platform}`, 'message')
  expect(details(`${kind}-iphone`)).toEqual(['push: alert', 'message: from Ada Lovelace'])
  expect(details(`${kind}-android`)).toEqual(['push: data', 'message: from Ada Lovelace'])
})

test('an iPhone without an alert token cannot get a message', async () => {
  await a.register('1001', 'alice', iphoneWithoutAlert('alice'))
  const answer = await a.message({ messageId: 'no-alert', to: '1001' })
  expect(answer.json.deliveries).toMatchObject([{ outcome: 'skipped', reason: 'no_alert_token' }])
})

test('the same message again answers the first result and pushes nothing', async () => {
  await a.register('1002', 'bob', android('bob'))
  const first = await a.message({ messageId: 'once', to: '1002' })
  const again = await a.message({ messageId: 'once', to: '1002' })
  expect(again.json).toEqual({ ...first.json, repeated: true })
  expect(again.headers).not.toHaveProperty('ratelimit')
  await a.message({ messageId: 'marker', to: '1002' })
  await expect.poll(() => seen('bob', 'message'), { timeout: 5000 }).toBe(2)
})

test('a call and a message may bear the same identifier', async () => {
  await a.register('1003', 'carol', android('carol'))
  expect(outcomes(await a.ring({ callId: 'shared', to: '1003' }))).toEqual({ carol: 'accepted' })
  expect((await a.message({ messageId: 'shared', to: '1003' })).json.repeated).toBeUndefined()
})

test('a text of 2000 characters is shortened to what fits; one more, none or control characters are refused', async () => {
  await a.register('1004', 'dave', android('dave'))
  expect(outcomes(await a.message({ messageId: 'long', to: '1004', text: '漢'.repeat(2000) }))).toEqual({ dave: 'accepted' })
  await sees('dave', 'message')
  for (const text of ['x'.repeat(2001), '', 'a\u0000b', '\ud800', 'line\nbreak']) {
    const answer = await a.message({ messageId: 'refused', to: '1004', text })
    expectProblem(answer, 'invalid_request')
    expect(answer.json.errors[0].pointer).toBe('/text')
  }
  expectProblem(await a.message({ messageId: 'refused', to: '1004', android: 'toast' as 'data' }), 'invalid_request')
})

test('a message to nobody answers 0 devices', async () => {
  expect((await a.message({ messageId: 'nobody', to: '1999' })).json).toEqual({
    messageId: 'nobody',
    devices: 0,
    deliveries: [],
  })
})

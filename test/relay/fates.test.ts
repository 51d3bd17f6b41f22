import { expect, test } from 'vitest'
import { virtualClock } from '../../local/clock.ts'
import { android, iphone } from './devices.ts'
import { openRelay, outcomes } from './harness.ts'

/**
 * SNS, Apple, Google and the phones go by this clock: what takes them seconds takes a test none. It stands still else, so
 * that no event of SNS is younger than a registration: here it is the next call that finds a dead phone.
 */
const clock = virtualClock(Date.now())
const { a, seen } = await openRelay({ clock })

/** Rings, lets pass what Apple and Google need to answer at once, and gives the device's part of the trace. */
async function ringAndTrace(callId: string, to: string) {
  const rung = await a.ring({ callId, to })
  await clock.advance(0)
  const { devices, steps } = (await a.trace(callId)).json
  return { rung, device: devices[0], steps: steps as { step: string; detail?: string }[] }
}

test.each([
  ['an iPhone', iphone],
  ['an Android', android],
])('%s whose app is gone: accepted once, then gone, then removed', async (name, phone) => {
  const to = name.replace(/\W/g, '-')
  await a.register(to, 'phone', phone(to, 'unregistered'))
  const { rung, device, steps } = await ringAndTrace(`${to}-1`, to)
  expect(outcomes(rung)).toEqual({ phone: 'accepted' })
  expect(steps.find(({ step }) => step === 'provider_refused')?.detail).toMatch(/unregistered/i)
  expect(device.unknown).toEqual([])

  const second = await a.ring({ callId: `${to}-2`, to })
  expect(second.json).toMatchObject({ devices: 0, deliveries: [{ outcome: 'gone', reason: 'endpoint_disabled' }] })
  expect((await a.list(to)).json.devices).toEqual([])
  const third = await a.ring({ callId: `${to}-3`, to })
  expect(third.json).toMatchObject({ devices: 0, deliveries: [] })
  expect(seen(to, 'push')).toBe(0)
})

test('registering a dead token anew makes it ring again, before it was removed and after', async () => {
  await a.register('1001', 'phone', android('bob', 'unregistered', 1))
  await ringAndTrace('dead', '1001')
  await a.register('1001', 'phone', android('bob', 'unregistered', 2))
  expect(outcomes(await a.ring({ callId: 'enabled', to: '1001' }))).toEqual({ phone: 'accepted' })
  await clock.advance(0)
  expect(outcomes(await a.ring({ callId: 'pruned', to: '1001' }))).toEqual({ phone: 'gone' })
  await a.register('1001', 'phone', android('bob', 'unregistered', 3))
  expect(outcomes(await a.ring({ callId: 'created', to: '1001' }))).toEqual({ phone: 'accepted' })
})

test('a registration that comes while its dead token is being removed survives', async () => {
  const extensions = Array.from({ length: 20 }, (_, i) => `11${i}`)
  const register = (to: string, version: number) => a.register(to, 'phone', android(`race-${to}`, 'unregistered', version))
  await Promise.all(extensions.map((to) => register(to, 1)))
  await Promise.all(extensions.map((to) => a.ring({ callId: `kills-${to}`, to })))
  await clock.advance(0)
  const races = extensions.map((to) => Promise.all([a.ring({ callId: `prunes-${to}`, to }), register(to, 2)]))
  for (const [, registered] of await Promise.all(races)) expect(registered.status).toBe(200)
  for (const to of extensions) {
    expect((await a.list(to)).json.devices).toMatchObject([{ version: 2 }])
    expect(outcomes(await a.ring({ callId: `survives-${to}`, to }))).toEqual({ phone: 'accepted' })
  }
})

test('a dead token that two extensions share is removed from each', async () => {
  for (const to of ['1002', '1003']) await a.register(to, 'phone', android('carol', 'unregistered'))
  await ringAndTrace('shared-1', '1002')
  for (const to of ['1002', '1003']) {
    expect(outcomes(await a.ring({ callId: `shared-${to}`, to }))).toEqual({ phone: 'gone' })
    expect((await a.list(to)).json.devices).toEqual([])
  }
})

test('a dead phone keeps no other phone of the extension from ringing', async () => {
  await a.register('1004', 'dead', iphone('dave-dead', 'unregistered'))
  await a.register('1004', 'alive', android('dave-alive'))
  await ringAndTrace('with-dead-1', '1004')
  const { rung } = await ringAndTrace('with-dead-2', '1004')
  expect(outcomes(rung)).toEqual({ dead: 'gone', alive: 'accepted' })
  expect(seen('dave-alive', 'push')).toBe(2)
})

test.each([
  ['iPhone', iphone, /BadDeviceToken/],
  ['Android', android, /SENDER_ID_MISMATCH/],
])('an %s of the wrong environment: the trace has the provider’s words', async (name, phone, words) => {
  await a.register(name, 'phone', phone(name, 'wrong_environment'))
  const { rung, steps } = await ringAndTrace(`${name}-wrong`, name)
  expect(outcomes(rung)).toEqual({ phone: 'accepted' })
  expect(steps.find(({ step }) => step === 'provider_refused')?.detail).toMatch(words)
  expect(outcomes(await a.ring({ callId: `${name}-wrong-2`, to: name }))).toEqual({ phone: 'gone' })
})

test('a phone that never wakes: the trace says what is unknown', async () => {
  await a.register('1005', 'phone', iphone('erin', 'never_wakes'))
  const { device } = await ringAndTrace('asleep', '1005')
  expect(device).toEqual({ deviceId: 'phone', platform: 'ios', outcome: 'accepted', unknown: ['woke'] })
  expect(seen('erin', 'asleep')).toBe(1)
})

test('a slow provider holds no call: nothing is known of the push until it answers', async () => {
  await a.register('1006', 'phone', android('frank', 'slow'))
  const { rung, device } = await ringAndTrace('slow', '1006')
  expect(outcomes(rung)).toEqual({ phone: 'accepted' })
  expect(device.unknown).toEqual(['provider_accepted', 'woke'])
  expect(seen('frank', 'push')).toBe(0)
  await clock.advance(3000)
  expect((await a.trace('slow')).json.devices[0].unknown).toEqual(['woke'])
  expect(seen('frank', 'push', rung.json.uuid)).toBe(1)
})

test.each(['throttled', 'unavailable'] as const)(
  'a provider that is %s: SNS tries again inside the ring window',
  async (fate) => {
    await a.register(fate, 'phone', android(fate, fate))
    const { rung, device } = await ringAndTrace(`${fate}-call`, fate)
    expect(outcomes(rung)).toEqual({ phone: 'accepted' })
    expect(device.unknown).toEqual(['provider_accepted', 'woke'])
    await clock.advance(10_000)
    expect(seen(fate, 'push', rung.json.uuid)).toBe(fate === 'throttled' ? 1 : 0)
  },
)

import { expect, test } from 'vitest'
import { cancel } from '../../core/cancel.ts'
import { register } from '../../core/register.ts'
import { ring } from '../../core/ring.ts'
import { android, call, createWorld, iphone, keyOf, OTHER_PBX, PBX, registerAll } from './world.ts'

test('a device whose endpoint is dead is removed, with its endpoints and out of the count', async () => {
  const world = createWorld()
  await registerAll(world, { i: iphone('i') })
  const [voip, alert] = [world.sns.arnOf('voip-i'), world.sns.arnOf('alert-i')] as [string, string]
  world.sns.disable('voip-i')
  const { answer } = await ring(world.ports, PBX, call('c1'))
  expect(answer).toMatchObject({ devices: 0, deliveries: [{ outcome: 'gone' }] })
  expect(await world.stores.devices.of(PBX.id, '1001')).toEqual([])
  expect(await world.stores.devices.countOf(PBX.id)).toBe(0)
  expect([voip, alert].map(world.sns.exists)).toEqual([false, false])
})

test.each(['retry', 'rejected'] as const)('a device whose push was answered with %s stays', async (outcome) => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  world.sns.script('fcm-a', ...Array.from({ length: 20 }, () => ({ outcome })))
  await ring(world.ports, PBX, call('c1'))
  expect(await world.stores.devices.of(PBX.id, '1001')).toHaveLength(1)
})

test('a registration made while the push was under way survives', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('old') })
  world.sns.script('fcm-old', { outcome: 'gone', takesMs: 500 })
  const ringing = ring(world.ports, PBX, call('c1'))
  await world.clock.sleep(200)
  await register(world.ports, PBX, keyOf('a'), android('new', 2))
  expect((await ringing).answer.deliveries).toMatchObject([{ outcome: 'gone' }])
  expect(await world.stores.devices.of(PBX.id, '1001')).toMatchObject([{ deviceId: 'a', version: 2, tokens: { fcm: 'fcm-new' } }])
  expect(world.sns.isEnabled(world.sns.arnOf('fcm-new') ?? '')).toBe(true)
})

test('a pruned device comes back with the next registration', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  world.sns.disable('fcm-a')
  await ring(world.ports, PBX, call('c1'))
  await registerAll(world, { a: android('a', 2) })
  expect((await ring(world.ports, PBX, call('c2'))).answer.devices).toBe(1)
  expect(await world.stores.devices.countOf(PBX.id)).toBe(1)
})

test('an endpoint that another extension or PBX still uses is not deleted with one device', async () => {
  const world = createWorld()
  await register(world.ports, PBX, keyOf('a'), android('shared'))
  await register(world.ports, OTHER_PBX, keyOf('a', '77', OTHER_PBX.id), android('shared'))
  const arn = world.sns.arnOf('fcm-shared') ?? ''
  world.sns.script('fcm-shared', { outcome: 'gone' })
  await ring(world.ports, PBX, call('c1'))
  expect(await world.stores.devices.of(PBX.id, '1001')).toEqual([])
  expect(world.sns.exists(arn)).toBe(true)
  expect((await ring(world.ports, OTHER_PBX, call('c1', { to: '77' }))).answer.devices).toBe(1)
})

test('a dead alert token does not take an iPhone from its calls', async () => {
  const world = createWorld()
  await registerAll(world, { i: iphone('i') })
  world.sns.disable('alert-i')
  await ring(world.ports, PBX, call('c1'))
  const { deliveries } = await cancel(world.ports, PBX, 'c1', 'declined')
  expect(deliveries).toMatchObject([{ outcome: 'skipped', reason: 'dead_alert_token' }])
  expect(await world.stores.devices.of(PBX.id, '1001')).toHaveLength(1)
})

test('a device that cannot be removed is reported, and the call is answered all the same', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  world.sns.disable('fcm-a')
  const devices = { ...world.stores.devices, bury: () => Promise.reject(new Error('no table')) }
  const { answer } = await ring({ ...world.ports, devices }, PBX, call('c1'))
  expect(answer.deliveries).toMatchObject([{ outcome: 'gone' }])
  expect(world.reports).toEqual(['dead device not pruned'])
})

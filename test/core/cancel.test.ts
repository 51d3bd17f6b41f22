import { expect, test } from 'vitest'
import { cancel } from '../../core/cancel.ts'
import { ring } from '../../core/ring.ts'
import { wakecallOf } from './sns.ts'
import { android, call, callsOnlyIphone, createWorld, iphone, PBX, registerAll } from './world.ts'

async function ringing() {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  const { answer } = await ring(world.ports, PBX, call('c1'))
  return { ...world, answer, cancels: () => world.sns.sent.filter((sent) => wakecallOf(sent).event === 'cancel') }
}

test('a cancel reaches every device, on an iPhone over its alert token', async () => {
  const world = await ringing()
  const answer = await cancel(world.ports, PBX, 'c1', 'answered_elsewhere')
  expect(answer).toMatchObject({ callId: 'c1', reason: 'answered_elsewhere', known: true, devices: 2 })
  expect(
    world
      .cancels()
      .map(({ token }) => token)
      .sort(),
  ).toEqual(['alert-i', 'fcm-a'])
  for (const sent of world.cancels()) {
    const { uuid, expiresAt } = world.answer
    expect(wakecallOf(sent)).toMatchObject({ v: 1, event: 'cancel', callId: 'c1', uuid, expiresAt, reason: 'answered_elsewhere' })
  }
})

test('a cancel is never a VoIP push, while its call is one', async () => {
  const world = await ringing()
  await cancel(world.ports, PBX, 'c1', 'caller_hung_up')
  const typesOf = (event: string) =>
    world.sns.sent.filter((sent) => wakecallOf(sent).event === event).flatMap(({ push }) => push.apns ?? [])
  expect(typesOf('call')).toEqual([{ pushType: 'voip', priority: '10', topic: 'com.example.phone.voip' }])
  expect(typesOf('cancel')).toEqual([{ pushType: 'background', priority: '5', topic: 'com.example.phone' }])
})

test('an iPhone without an alert token is skipped, and the answer says so', async () => {
  const world = createWorld()
  await registerAll(world, { i: callsOnlyIphone('i') })
  await ring(world.ports, PBX, call('c1'))
  const answer = await cancel(world.ports, PBX, 'c1', 'declined')
  expect(answer).toMatchObject({ devices: 0, deliveries: [{ deviceId: 'i', outcome: 'skipped', reason: 'no_alert_token' }] })
  expect(world.sns.sent).toHaveLength(1)
})

test('a second cancel answers the first and sends nothing, whatever its reason', async () => {
  const world = await ringing()
  const first = await cancel(world.ports, PBX, 'c1', 'declined')
  const again = await cancel(world.ports, PBX, 'c1', 'timed_out')
  expect(again).toEqual({ ...first, repeated: true })
  expect(world.cancels()).toHaveLength(2)
})

test('a hundred cancels at once are sent once', async () => {
  const world = await ringing()
  await Promise.all(Array.from({ length: 100 }, () => cancel(world.ports, PBX, 'c1', 'declined')))
  expect(world.cancels()).toHaveLength(2)
})

test('a cancel that comes before its ring suppresses it', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  expect(await cancel(world.ports, PBX, 'c1', 'caller_hung_up')).toMatchObject({ known: false, devices: 0, deliveries: [] })
  const { answer } = await ring(world.ports, PBX, call('c1'))
  expect(answer).toMatchObject({ devices: 0, deliveries: [], cancelled: 'caller_hung_up', repeated: true })
  expect(world.sns.sent).toEqual([])
})

test('a cancel suppresses no other call', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  await cancel(world.ports, PBX, 'c1', 'caller_hung_up')
  expect((await ring(world.ports, PBX, call('c2'))).answer.devices).toBe(1)
})

test('the repeat of a ring that was cancelled after it rang answers its first result', async () => {
  const world = await ringing()
  await cancel(world.ports, PBX, 'c1', 'declined')
  expect((await ring(world.ports, PBX, call('c1'))).answer).toEqual({ ...world.answer, repeated: true })
})

test('a cancel after the deadline sends nothing', async () => {
  const world = await ringing()
  await world.clock.sleep(30_000)
  const answer = await cancel(world.ports, PBX, 'c1', 'timed_out')
  expect(answer).toMatchObject({ known: true, devices: 0, deliveries: [{ outcome: 'expired' }, { outcome: 'expired' }] })
  expect(world.cancels()).toEqual([])
})

test('a cancel is sent although the pushes of the minute are used up', async () => {
  const world = await ringing()
  const narrow = { ...PBX, quotas: { ...PBX.quotas, pushesPerMinute: 2 } }
  await expect(ring(world.ports, narrow, call('c2'))).rejects.toMatchObject({ code: 'push_rate_exceeded' })
  expect((await cancel(world.ports, narrow, 'c1', 'declined')).devices).toBe(2)
})

test('a call that was refused for its rate and then cancelled does not ring any more', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  const none = { ...PBX, quotas: { ...PBX.quotas, pushesPerMinute: 0 } }
  await expect(ring(world.ports, none, call('c1'))).rejects.toMatchObject({ code: 'push_rate_exceeded' })
  await cancel(world.ports, PBX, 'c1', 'caller_hung_up')
  expect((await ring(world.ports, PBX, call('c1'))).answer).toMatchObject({ devices: 0, cancelled: 'caller_hung_up' })
})

test('the first cancel of a call stays with it, at the time by the relay’s clock', async () => {
  const world = await ringing()
  await world.clock.sleep(2000)
  await cancel(world.ports, PBX, 'c1', 'declined')
  const cancelledAt = world.clock.now()
  await world.clock.sleep(1000)
  await cancel(world.ports, PBX, 'c1', 'timed_out')
  expect(await world.stores.claims.get('acme', 'c1')).toMatchObject({ cancelReason: 'declined', cancelledAt })
})

test('a device that was awake is neither pushed to nor told of the end: it may be talking', async () => {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  const { answer } = await ring(world.ports, PBX, call('c1', { awake: ['i', 'unknown'] }))
  expect(answer.devices).toBe(1)
  expect(answer.deliveries).toContainEqual(expect.objectContaining({ deviceId: 'i', outcome: 'skipped', reason: 'awake' }))
  const { deliveries } = await cancel(world.ports, PBX, 'c1', 'answered_elsewhere')
  expect(deliveries).toContainEqual(expect.objectContaining({ deviceId: 'i', outcome: 'skipped', reason: 'awake' }))
  expect(world.sns.sent.map(({ token }) => token)).toEqual(['fcm-a', 'fcm-a'])
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ring } from '../../core/ring.ts'
import { callUuid } from '../../wire/uuid.ts'
import { wakecallOf } from './sns.ts'
import { android, call, createWorld, iphone, OTHER_PBX, PBX, registerAll } from './world.ts'

test('a call goes to every device of the extension, over the channel that rings', async () => {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  await registerAll(world, { elsewhere: android('elsewhere') }, '1002')
  const { answer } = await ring(world.ports, PBX, call('c1'))
  expect(world.sns.sent.map(({ token }) => token).sort()).toEqual(['fcm-a', 'voip-i'])
  expect(answer).toMatchObject({ callId: 'c1', uuid: callUuid('acme', 'c1'), devices: 2 })
  expect(answer).not.toHaveProperty('repeated')
  expect(answer).not.toHaveProperty('cancelled')
})

test('the payload names the call, the caller and its times', async () => {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  const { answer } = await ring(world.ports, PBX, call('c1', { custom: { queue: 'sales' } }))
  for (const sent of world.sns.sent) {
    expect(wakecallOf(sent)).toEqual({
      v: 1,
      event: 'call',
      callId: 'c1',
      uuid: callUuid('acme', 'c1'),
      pbx: 'acme',
      to: '1001',
      from: { number: '+442079460000', name: 'Alice' },
      sentAt: new Date(world.clock.now()).toISOString(),
      expiresAt: answer.expiresAt,
      custom: { queue: 'sales' },
    })
  }
})

test('one device that fails keeps no other from its push, and the answer tells of each', async () => {
  const world = createWorld()
  await registerAll(world, { ok: iphone('ok'), bad: iphone('bad'), dead: android('dead'), busy: android('busy') })
  world.sns.script('voip-bad', { outcome: 'rejected' })
  world.sns.disable('fcm-dead')
  world.sns.script('fcm-busy', { outcome: 'never_answers' })
  const { answer } = await ring(world.ports, PBX, call('c1'))
  expect(answer.devices).toBe(1)
  expect(answer.deliveries).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ deviceId: 'ok', platform: 'ios', outcome: 'accepted', messageId: expect.any(String) }),
      expect.objectContaining({ deviceId: 'bad', platform: 'ios', outcome: 'rejected', reason: 'scripted' }),
      expect.objectContaining({ deviceId: 'dead', platform: 'android', outcome: 'gone', reason: 'endpoint_disabled' }),
      expect.objectContaining({ deviceId: 'busy', platform: 'android', outcome: 'retry', reason: 'sns_slow' }),
    ]),
  )
})

test('whatever the devices do, each is answered for once and every healthy one gets its push', async () => {
  const fate = fc.constantFrom('accepted', 'gone', 'retry', 'rejected', 'never_answers')
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 8 }), async (fates) => {
      const world = createWorld()
      await registerAll(world, Object.fromEntries(fates.map((_, i) => [`d${i}`, android(`${i}`)])))
      fates.forEach((outcome, i) => {
        world.sns.script(`fcm-${i}`, ...Array.from({ length: 20 }, () => ({ outcome })))
      })
      const { answer } = await ring(world.ports, PBX, call('c1'))
      const outcomes = Object.fromEntries(answer.deliveries.map(({ deviceId, outcome }) => [deviceId, outcome]))
      const expected = fates.map((outcome, i) => [`d${i}`, outcome === 'never_answers' ? 'retry' : outcome])
      expect(outcomes).toEqual(Object.fromEntries(expected))
      expect(answer.deliveries).toHaveLength(fates.length)
      expect(answer.devices).toBe(fates.filter((outcome) => outcome === 'accepted').length)
    }),
    { numRuns: 50 },
  )
})

test('a phone that stands under two ids is pushed to once, as its newest registration', async () => {
  const world = createWorld()
  await registerAll(world, {
    old: { ...android('phone'), version: 1 },
    new: { ...android('phone'), version: 2 },
    other: android('other'),
  })
  const { answer } = await ring(world.ports, PBX, call('c1'))
  expect(world.sns.sent.map(({ token }) => token).sort()).toEqual(['fcm-other', 'fcm-phone'])
  expect(answer.devices).toBe(2)
  expect(answer.deliveries).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ deviceId: 'old', outcome: 'skipped', reason: 'same_phone' }),
      expect.objectContaining({ deviceId: 'new', outcome: 'accepted' }),
    ]),
  )
})

test('an extension without devices answers none', async () => {
  const { answer } = await ring(createWorld().ports, PBX, call('c1', { to: '4711' }))
  expect(answer).toMatchObject({ devices: 0, deliveries: [] })
})

test('the same callId and extension of another PBX are another call', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  const mine = await ring(world.ports, PBX, call('c1'))
  const theirs = await ring(world.ports, OTHER_PBX, call('c1'))
  expect(mine.answer.devices).toBe(1)
  expect(theirs.answer).toMatchObject({ devices: 0 })
  expect(theirs.answer.uuid).not.toBe(mine.answer.uuid)
})

test('a device whose app has left the relay is answered for as unknown_app', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  const { answer } = await ring({ ...world.ports, apps: {} }, PBX, call('c1'))
  expect(answer.deliveries).toMatchObject([{ deviceId: 'a', outcome: 'rejected', reason: 'unknown_app' }])
  expect(world.sns.sent).toEqual([])
})

import { expect, test } from 'vitest'
import { message } from '../../core/message.ts'
import { ring } from '../../core/ring.ts'
import type { MessageRequest } from '../../wire/messages.ts'
import { wakecallOf } from './sns.ts'
import { android, call, callsOnlyIphone, createWorld, iphone, PBX, registerAll } from './world.ts'

const hello = (more: Partial<MessageRequest> = {}): MessageRequest => ({
  messageId: 'm1',
  to: '1001',
  from: { number: '1002', name: 'Bob' },
  text: 'Hello',
  android: 'notification',
  ...more,
})

async function worldWithPhones() {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  return world
}

test('a message goes to every device: as an alert on iOS, never as a VoIP push', async () => {
  const world = await worldWithPhones()
  const { answer } = await message(world.ports, PBX, hello())
  expect(answer).toMatchObject({ messageId: 'm1', devices: 2 })
  expect(world.sns.sent.map(({ token }) => token).sort()).toEqual(['alert-i', 'fcm-a'])
  expect(world.sns.sent.flatMap(({ push }) => push.apns ?? [])).toMatchObject([{ pushType: 'alert' }])
  expect(world.sns.sent.map(wakecallOf)).toMatchObject([
    { event: 'message', messageId: 'm1' },
    { event: 'message', messageId: 'm1' },
  ])
})

test('it may wait a day for a phone that is off', async () => {
  const world = await worldWithPhones()
  await message(world.ports, PBX, hello())
  expect(world.sns.sent.map(({ push }) => push.ttlSeconds)).toEqual([86_400, 86_400])
})

test('an iPhone without an alert token is skipped', async () => {
  const world = createWorld()
  await registerAll(world, { i: callsOnlyIphone('i') })
  const { answer } = await message(world.ports, PBX, hello())
  expect(answer).toMatchObject({ devices: 0, deliveries: [{ outcome: 'skipped', reason: 'no_alert_token' }] })
})

test('a repeat answers the first result and pushes nothing; another message is pushed', async () => {
  const world = await worldWithPhones()
  const first = await message(world.ports, PBX, hello())
  expect((await message(world.ports, PBX, hello({ text: 'Other' }))).answer).toEqual({ ...first.answer, repeated: true })
  expect(world.sns.sent).toHaveLength(2)
  await message(world.ports, PBX, hello({ messageId: 'm2' }))
  expect(world.sns.sent).toHaveLength(4)
})

test('a message and a call may have the same id', async () => {
  const world = await worldWithPhones()
  await message(world.ports, PBX, hello({ messageId: 'same' }))
  expect((await ring(world.ports, PBX, call('same'))).answer).not.toHaveProperty('repeated')
})

import { expect, test } from 'vitest'
import { cancel } from '../../core/cancel.ts'
import { isoTime } from '../../core/clock.ts'
import type { DeliveryStatus, HistoryReader } from '../../core/ports.ts'
import { ring } from '../../core/ring.ts'
import { trace } from '../../core/trace.ts'
import { recordWakes } from '../../core/wakes.ts'
import { START } from './clock.ts'
import { android, call, createWorld, iphone, PBX, registerAll } from './world.ts'

/** A call that rang on two phones; `read` gives its trace, the logs holding these delivery statuses. */
async function rung() {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  await ring(world.ports, PBX, call('c1', { elapsedMs: 20 }))
  const sent = (token: string) => `message-${world.sns.sent.findIndex((sent) => sent.token === token) + 1}`
  const asked: { from: number; to: number; messageIds?: string[] }[] = []
  const read = (callId = 'c1', statuses: DeliveryStatus[] = []) => {
    const history: HistoryReader = {
      events: async (pbx, id, from, to) => {
        asked.push({ from, to })
        return world.history.filter((event) => event.pbx === pbx && event.callId === id)
      },
      deliveries: async (messageIds, from, to) => {
        asked.push({ from, to, messageIds })
        return statuses.filter(({ messageId }) => messageIds.includes(messageId))
      },
    }
    return trace({ claims: world.stores.claims, history, clock: world.clock }, PBX.id, callId)
  }
  return { ...world, asked, read, sent }
}

const wakeOf = (deviceId: string, more = {}) => ({
  callId: 'c1',
  extension: '1001',
  deviceId,
  platform: 'ios' as const,
  wakeMs: 900,
  agoMs: 0,
  ...more,
})

test('the trace tells the way of a call in the order in which it was travelled', async () => {
  const world = await rung()
  await world.clock.sleep(1000)
  recordWakes(world.ports, PBX.id, [wakeOf('i', { agoMs: 100 })])
  await world.clock.sleep(500)
  await cancel(world.ports, PBX, 'c1', 'answered_elsewhere')
  const delivered = { messageId: world.sent('voip-i'), acceptedAt: START + 5, dwellMs: 40, delivered: true, status: 200 }
  const answer = await world.read('c1', [delivered])
  expect(answer).toMatchObject({ callId: 'c1', to: '1001', expiresAt: isoTime(START - 20 + 30_000) })
  expect(answer.steps).toEqual([
    { step: 'asked', at: isoTime(START - 20) },
    { step: 'relay_accepted', at: isoTime(START) },
    { step: 'sns_accepted', at: isoTime(START), deviceId: 'a' },
    { step: 'sns_accepted', at: isoTime(START + 5), deviceId: 'i' },
    { step: 'provider_accepted', at: isoTime(START + 45), deviceId: 'i' },
    { step: 'woke', at: isoTime(START + 900), deviceId: 'i' },
    { step: 'cancelled', at: isoTime(START + 1500), detail: 'answered_elsewhere' },
  ])
})

test('what is not known is said to be unknown, device by device', async () => {
  const world = await rung()
  recordWakes(world.ports, PBX.id, [wakeOf('i')])
  const delivered = { messageId: world.sent('voip-i'), acceptedAt: START, dwellMs: 0, delivered: true }
  const devices = Object.fromEntries((await world.read('c1', [delivered])).devices.map((one) => [one.deviceId, one]))
  expect(devices.i).toEqual({ deviceId: 'i', platform: 'ios', outcome: 'accepted', wakeMs: 900, unknown: [] })
  expect(devices.a).toEqual({
    deviceId: 'a',
    platform: 'android',
    outcome: 'accepted',
    unknown: ['provider_accepted', 'woke'],
  })
})

test('a refusal carries the provider’s own words, and leaves nothing unknown', async () => {
  const world = await rung()
  const words = '{"reason":"BadDeviceToken"}'
  const refused = { messageId: world.sent('voip-i'), acceptedAt: START, dwellMs: 30, delivered: false, status: 400, words }
  const answer = await world.read('c1', [refused])
  expect(answer.steps).toContainEqual({ step: 'provider_refused', at: isoTime(START + 30), deviceId: 'i', detail: words })
  expect(answer.devices.find(({ deviceId }) => deviceId === 'i')?.unknown).toEqual([])
})

test('a push that SNS did not take says why', async () => {
  const world = await rung()
  world.sns.disable('fcm-a')
  await ring(world.ports, PBX, call('c2'))
  const answer = await world.read('c2')
  expect(answer.steps).toContainEqual({ step: 'sns_refused', at: isoTime(START), deviceId: 'a', detail: 'endpoint_disabled' })
  expect(answer.devices).toContainEqual({ deviceId: 'a', platform: 'android', outcome: 'gone', unknown: [] })
})

test('a wake of a device that was not pushed to is told too', async () => {
  const world = await rung()
  recordWakes(world.ports, PBX.id, [wakeOf('desk')])
  expect((await world.read()).steps).toContainEqual({ step: 'woke', at: isoTime(START), deviceId: 'desk' })
})

test('the logs are searched from the question to ten minutes after the deadline, never into the future', async () => {
  const world = await rung()
  await world.read()
  expect(world.asked.map(({ from, to }) => [from, to])).toEqual([
    [START - 20, START],
    [START - 20, START],
  ])
  world.asked.length = 0
  await world.clock.sleep(3_600_000)
  await world.read()
  expect(world.asked.map(({ to }) => to)).toEqual([START - 20 + 630_000, START - 20 + 630_000])
})

test('a call that nobody has is not found', async () => {
  const world = await rung()
  await expect(world.read('c2')).rejects.toMatchObject({ code: 'call_not_found' })
})

test('a cancel alone makes no call', async () => {
  const world = await rung()
  await cancel(world.ports, PBX, 'c2', 'declined')
  await expect(world.read('c2')).rejects.toMatchObject({ code: 'call_not_found' })
})

test('a call without devices has a trace, and asks for no delivery', async () => {
  const world = await rung()
  await ring(world.ports, PBX, call('c2', { to: '4711' }))
  expect((await world.read('c2')).devices).toEqual([])
  expect(world.asked.filter(({ messageIds }) => messageIds)).toEqual([])
})

import { expect, test } from 'vitest'
import { cancel } from '../../core/cancel.ts'
import { claimOnce } from '../../core/claim.ts'
import { isoTime } from '../../core/clock.ts'
import type { DeliveryStatus, HistoryReader, SentPush } from '../../core/history.ts'
import { ring } from '../../core/ring.ts'
import { trace } from '../../core/trace.ts'
import { recordWakes } from '../../core/wakes.ts'
import type { TraceStep } from '../../wire/trace.ts'
import { START } from './clock.ts'
import { android, call, createWorld, iphone, PBX, registerAll } from './world.ts'

type Logs = { statuses?: DeliveryStatus[]; unreadable?: { wakes?: Error; deliveries?: Error } }

/** A call that rang on two phones; `read` gives its trace, the logs holding these delivery statuses. */
async function rung() {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  await ring(world.ports, PBX, call('c1', { elapsedMs: 20 }))
  const sent = (token: string) => `message-${world.sns.sent.findIndex((sent) => sent.token === token) + 1}`
  const asked: { from: number; to: number; pushes?: SentPush[] }[] = []
  const read = (callId = 'c1', { statuses = [], unreadable = {} }: Logs = {}) => {
    const history: HistoryReader = {
      wakes: async (pbx, id, from, to) => {
        asked.push({ from, to })
        return { records: world.history.filter((wake) => wake.pbx === pbx && wake.callId === id), error: unreadable.wakes }
      },
      deliveries: async (pushes, from, to) => {
        asked.push({ from, to, pushes })
        const records = statuses.filter(({ messageId }) => pushes.some((push) => push.messageId === messageId))
        return { records, error: unreadable.deliveries }
      },
    }
    return trace({ ...world.ports, history }, PBX.id, callId)
  }
  return { ...world, asked, read, sent }
}

const wakeOf = (deviceId: string, more = {}) => ({
  callId: 'c1',
  extension: '1001',
  deviceId,
  platform: 'ios' as const,
  wakeMs: 900,
  first: true,
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
  const answer = await world.read('c1', { statuses: [delivered] })
  expect(answer).toMatchObject({ callId: 'c1', to: '1001', from: '+442079460000', expiresAt: isoTime(START - 20 + 30_000) })
  expect(answer).not.toHaveProperty('incomplete')
  expect(answer.steps).toEqual([
    { step: 'asked', at: isoTime(START - 20) },
    { step: 'relay_accepted', at: isoTime(START) },
    { step: 'sns_accepted', at: isoTime(START), deviceId: 'a' },
    { step: 'sns_accepted', at: isoTime(START + 5), deviceId: 'i' },
    { step: 'provider_accepted', at: isoTime(START + 45), deviceId: 'i', dwellMs: 40, status: 200 },
    { step: 'woke', at: isoTime(START + 900), deviceId: 'i' },
    { step: 'cancelled', at: isoTime(START + 1500), detail: 'answered_elsewhere' },
    { step: 'cancel_sent', at: isoTime(START + 1500), deviceId: 'i' },
    { step: 'cancel_sent', at: isoTime(START + 1500), deviceId: 'a' },
  ])
})

test('what is not known is said to be unknown, device by device', async () => {
  const world = await rung()
  recordWakes(world.ports, PBX.id, [wakeOf('i')])
  const delivered = { messageId: world.sent('voip-i'), acceptedAt: START, dwellMs: 0, delivered: true }
  const devices = Object.fromEntries(
    (await world.read('c1', { statuses: [delivered] })).devices.map((one) => [one.deviceId, one]),
  )
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
  const answer = await world.read('c1', { statuses: [refused] })
  const named = { dwellMs: 30, status: 400, reason: 'wrong_environment', detail: words }
  expect(answer.steps).toContainEqual({ step: 'provider_refused', at: isoTime(START + 30), deviceId: 'i', ...named })
  expect(answer.devices.find(({ deviceId }) => deviceId === 'i')?.unknown).toEqual([])
})

test('words that nobody knows are told without a name, and words of a success name nothing', async () => {
  const world = await rung()
  const status = { messageId: world.sent('voip-i'), acceptedAt: START, dwellMs: 0, delivered: false, words: 'gibberish' }
  const stepOf = async (status: DeliveryStatus) =>
    (await world.read('c1', { statuses: [status] })).steps.find(({ step }) => step.startsWith('provider_'))
  expect(await stepOf(status)).toEqual({
    step: 'provider_refused',
    at: isoTime(START),
    deviceId: 'i',
    dwellMs: 0,
    detail: 'gibberish',
  })
  expect(await stepOf({ ...status, delivered: true, words: 'Unregistered' })).not.toHaveProperty('reason')
})

test('a cancel tells which phones it was not pushed to', async () => {
  const world = await rung()
  world.sns.disable('fcm-a')
  await cancel(world.ports, PBX, 'c1', 'declined')
  const of = (steps: TraceStep[]) => steps.filter(({ step }) => step.startsWith('cancel_'))
  expect(of((await world.read()).steps)).toEqual([
    { step: 'cancel_sent', at: isoTime(START), deviceId: 'i' },
    { step: 'cancel_not_sent', at: isoTime(START), deviceId: 'a', detail: 'endpoint_disabled' },
  ])
})

test('a cancel whose result was never written is told all the same', async () => {
  const world = await rung()
  await world.clock.sleep(700)
  await claimOnce(
    world.stores.claims,
    world.clock,
    { pbx: PBX.id, id: 'c1', slot: 'cancel' },
    {
      cancelReason: 'declined',
      cancelledAt: world.clock.now(),
    },
  )
  expect((await world.read()).steps).toContainEqual({ step: 'cancelled', at: isoTime(START + 700), detail: 'declined' })
})

test('a ring whose result is not written yet: its pushes are not known', async () => {
  const world = await rung()
  const fields = { to: '1001', askedAt: START, receivedAt: START, deadline: START + 30_000 }
  await claimOnce(world.stores.claims, world.clock, { pbx: PBX.id, id: 'c2', slot: 'ring' }, fields)
  expect(await world.read('c2')).toMatchObject({ devices: [], incomplete: ['pushes'] })
})

test.each(['wakes', 'deliveries'] as const)('a log of %s that cannot be read takes its part, not the trace', async (part) => {
  const world = await rung()
  recordWakes(world.ports, PBX.id, [wakeOf('i')])
  const statuses = [{ messageId: world.sent('voip-i'), acceptedAt: START, dwellMs: 0, delivered: true }]
  const answer = await world.read('c1', { statuses, unreadable: { [part]: new Error('Rate exceeded') } })
  expect(answer.incomplete).toEqual([part])
  // What was read before the error is told.
  expect(answer.steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['provider_accepted', 'woke']))
  expect(JSON.stringify(answer)).not.toContain('Rate exceeded')
  expect(world.reports).toEqual([`trace without all ${part}`])
})

test('each push is looked for by its app and platform', async () => {
  const world = await rung()
  await world.read()
  const pushes = world.asked.flatMap(({ pushes = [] }) => pushes)
  expect(pushes).toContainEqual({ platform: 'ios', app: 'phone', messageId: world.sent('voip-i') })
  expect(pushes).toContainEqual({ platform: 'android', app: 'phone', messageId: world.sent('fcm-a') })
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

test('a wake that was reported again, its answer lost, is told once, at its first time', async () => {
  const world = await rung()
  await world.clock.sleep(5000)
  for (const agoMs of [3800, 4000]) recordWakes(world.ports, PBX.id, [wakeOf('i', { agoMs })])
  const { steps, devices } = await world.read()
  expect(steps.filter(({ step }) => step === 'woke')).toEqual([{ step: 'woke', at: isoTime(START + 1000), deviceId: 'i' }])
  expect(devices.find(({ deviceId }) => deviceId === 'i')).toMatchObject({ wakeMs: 900 })
})

test('two phones of one wake latency, and two wakes of one phone, are told apart', async () => {
  const world = await rung()
  await world.clock.sleep(5000)
  recordWakes(world.ports, PBX.id, [wakeOf('i', { wakeMs: 4900 }), wakeOf('i', { agoMs: 4000 }), wakeOf('a', { agoMs: 4000 })])
  const { steps, devices } = await world.read()
  const woke = steps.filter(({ step }) => step === 'woke').map(({ deviceId, at }) => [deviceId, at])
  expect(woke.toSorted()).toEqual([
    ['a', isoTime(START + 1000)],
    ['i', isoTime(START + 1000)],
    ['i', isoTime(START + 5000)],
  ])
  expect(devices.map(({ wakeMs }) => wakeMs)).toEqual([900, 900])
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

test('a call without devices has a trace, and looks for no push', async () => {
  const world = await rung()
  await ring(world.ports, PBX, call('c2', { to: '4711' }))
  expect((await world.read('c2')).devices).toEqual([])
  expect(world.asked.flatMap(({ pushes = [] }) => pushes)).toEqual([])
})

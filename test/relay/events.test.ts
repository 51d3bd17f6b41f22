import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../local/clock.ts'
import { expectMeasured } from '../lambdas/measured.ts'
import { android, iphone } from './devices.ts'
import { openRelay, outcomes } from './harness.ts'
import { FUNCTION_LOGS, leaks, linesOf } from './secrets.ts'

/** SNS, Apple, Google and the phones go by this clock, so that SNS's events come long after a registration. */
const clock = virtualClock(Date.now())
const { a, b, cloud } = await openRelay({ clock })

const LATER_MS = 60_000
const listed = async (to: string, pbx = a): Promise<string[]> =>
  (await pbx.list(to)).json.devices.map(({ deviceId }: { deviceId: string }) => deviceId)
const events = () => cloud.logs('/wakecall/local/events').map((line) => JSON.parse(line))
const patiently = { timeout: 10_000, interval: 10 }

/** Rings long after the phones registered, and lets pass what Apple and Google need to answer. */
async function ringLater(callId: string, to: string) {
  await clock.advance(LATER_MS)
  const rung = await a.ring({ callId, to })
  await clock.advance(0)
  return outcomes(rung)
}

describe('a phone that SNS finds dead', () => {
  test.each([
    ['iPhone', 'unregistered', iphone],
    ['Android', 'unregistered', android],
    ['iPhone', 'wrong_environment', iphone],
    ['Android', 'wrong_environment', android],
  ] as const)('an %s (%s) is gone without a second call', async (name, fate, phone) => {
    const to = `${name}-${fate}`
    await a.register(to, 'phone', phone(to, fate))
    expect(await ringLater(to, to)).toEqual({ phone: 'accepted' })
    await expect.poll(() => listed(to), patiently).toEqual([])
    expect((await a.ring({ callId: `${to}-again`, to })).json).toMatchObject({ devices: 0, deliveries: [] })
  })

  test('goes on every extension and PBX that it is registered on; the others of them stay', async () => {
    await a.register('2001', 'shared', android('carol', 'unregistered'))
    await a.register('2001', 'other', android('dave'))
    await a.register('2002', 'shared', android('carol', 'unregistered'))
    await b.register('2003', 'shared', android('carol', 'unregistered'))
    expect(await ringLater('shared', '2001')).toEqual({ shared: 'accepted', other: 'accepted' })
    await expect
      .poll(async () => [await listed('2001'), await listed('2002'), await listed('2003', b)], patiently)
      .toEqual([['other'], [], []])
  })

  test('and registers again rings again', async () => {
    await a.register('2004', 'phone', android('erin', 'unregistered'))
    await ringLater('dies', '2004')
    await expect.poll(() => listed('2004'), patiently).toEqual([])
    await a.register('2004', 'phone', android('erin', 'unregistered', 2))
    expect(outcomes(await a.ring({ callId: 'returns', to: '2004' }))).toEqual({ phone: 'accepted' })
  })
})

test('a phone that sleeps, and one whose provider is away, stay', async () => {
  await a.register('3001', 'asleep', iphone('frank', 'never_wakes'))
  await a.register('3001', 'away', android('grace', 'unavailable'))
  const before = events().length
  await ringLater('nobody-wakes', '3001')
  await clock.advance(LATER_MS)
  const told = () =>
    events()
      .slice(before)
      .filter(({ reason }) => reason === 'ttl_expired')
  await expect.poll(() => told().length, patiently).toBe(1)
  expect(told()).toMatchObject([{ action: 'count', platform: 'GCM', DevicesPruned: 0 }])
  expect((await listed('3001')).sort()).toEqual(['asleep', 'away'])
})

test('a registration since the event stays, however often the queue brings it', async () => {
  const before = events().length
  await a.register('3002', 'phone', android('heidi'))
  const updated = () =>
    events()
      .slice(before)
      .find(({ reason }) => reason === 'endpoint_updated')
  await expect.poll(updated, patiently).toBeDefined()
  const { endpoint } = updated()
  const send = (Time: Date) =>
    cloud.endpointEvents.send(
      JSON.stringify({ EventType: 'DeliveryFailure', FailureType: 'EndpointDisabled', EndpointArn: endpoint, Time }),
    )
  const told = () => events().filter((line) => line.endpoint === endpoint && line.action === 'prune').length
  for (const times of [1, 2]) {
    send(new Date())
    await expect.poll(told, patiently).toBe(times)
  }
  expect(await listed('3002')).toEqual(['phone'])
  send(new Date(Date.now() + LATER_MS))
  await expect.poll(() => listed('3002'), patiently).toEqual([])
})

test('poison is given up after three receives, keeps nothing else from being handled, and is in no log', async () => {
  await a.register('3003', 'phone', android('ivan', 'unregistered'))
  cloud.endpointEvents.send('wakecall:fcm:poison:ivan')
  await ringLater('with-poison', '3003')
  await expect.poll(() => listed('3003'), patiently).toEqual([])
  await expect.poll(() => cloud.endpointEvents.deadLetters(), patiently).toEqual(['wakecall:fcm:poison:ivan'])
  const refused = () => events().filter(({ message }) => message === 'record failed')
  await expect.poll(() => refused().length, patiently).toBe(3)
  expect(new Set(refused().map(({ messageId }) => messageId)).size).toBe(1)
  expect(linesOf(cloud, FUNCTION_LOGS).filter((line) => line.includes('poison:ivan'))).toEqual([])
})

test('every event leaves one line with its metrics; none of them tells a token', () => {
  const handled = events().filter(({ message }) => message === 'endpointEvent')
  expect(handled.length).toBeGreaterThan(10)
  for (const line of handled) expectMeasured(line)
  expect(new Set(handled.map(({ reason }) => reason))).toContain('invalid_token')
  expect(leaks(linesOf(cloud, FUNCTION_LOGS))).toEqual([])
})

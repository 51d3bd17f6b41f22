/** Calls that nobody takes: what the dialplan is told, and when. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Program } from './process.ts'
import type { Behaviour } from './scenarios.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
let service: Program
beforeAll(async () => {
  world = await openWorld({
    endpoints: ['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008'],
    top: { ringSeconds: 5 },
  })
  service = await world.serve()
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

async function refused(extension: string) {
  const caller = world.call(extension)
  await until(() => expect(caller.output()).toContain('session closed'))
  expect(caller.talked()).toBe(0)
  return world.outcome(extension)
}

test('nobody wakes', async () => {
  await world.device('1001', 'ada', 'never_wakes')
  expect(await refused('1001')).toMatchObject({ status: 'NOANSWER', devices: 1, woke: 0, wakeMs: undefined })
})

test('a phone wakes, and nobody answers it', async () => {
  await world.device('1002', 'bob')
  const phone = world.sipp.phone('rings')
  const outcome = refused('1002')
  await world.woken('bob')
  await world.sipp.register('1002', phone.address)
  expect(await outcome).toMatchObject({ status: 'NOANSWER', devices: 1, woke: 1, wakeMs: expect.any(Number) })
  expect(phone.received('CANCEL')).toHaveLength(1)
})

test('there is no device and no contact', async () => {
  expect(await refused('1003')).toMatchObject({ status: 'NODEVICE', devices: 0, woke: 0 })
})

const ALONE: [string, Behaviour, string][] = [
  ['1004', 'is busy', 'BUSY'],
  ['1005', 'declines', 'BUSY'],
  ['1006', 'is gone', 'UNAVAILABLE'],
]

test.each(ALONE)('the only phone, at %s, %s', async (extension, behaviour, status) => {
  const phone = world.sipp.phone(behaviour)
  await world.sipp.register(extension, phone.address)
  expect(await refused(extension)).toMatchObject({ status, devices: 0 })
})

test('the phone that woke declines', async () => {
  await world.device('1007', 'cleo')
  const outcome = refused('1007')
  await world.woken('cleo')
  const phone = world.sipp.phone('declines')
  await world.sipp.register('1007', phone.address)
  expect(await outcome).toMatchObject({ status: 'BUSY', devices: 1, woke: 1 })
})

test('one declines where that is to stop the others', async () => {
  await service.end('SIGTERM')
  service = await world.serve({ onDecline: 'stop' })
  const [rings, declines] = [world.sipp.phone('rings'), world.sipp.phone('declines')]
  await world.sipp.register('1008', rings.address)
  const outcome = refused('1008')
  await until(() => expect(rings.received('INVITE')).toHaveLength(1))
  await world.sipp.register('1008', declines.address)
  expect(await outcome).toMatchObject({ status: 'BUSY' })
  expect(rings.received('CANCEL')).toHaveLength(1)
})

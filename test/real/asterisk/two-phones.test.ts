/** An extension with two phones, one awake and one asleep: whichever answers first has the call. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001', '1002', '1003', '1004', '1005'] })
  await world.serve()
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

test('the one that is awake answers: the push of the other is taken back', async () => {
  await world.device('1001', 'ada')
  const awake = world.phone('1001', 'manual')
  await world.registered('1001')
  const caller = world.call('1001')
  await world.woken('ada')
  await awake.command('accept')
  await until(() => expect([caller.heard(), awake.heard()]).toEqual([1, 1]))
  await until(() => expect(world.seen('ada', 'cancelled')).toMatchObject([{ detail: 'answered_elsewhere' }]))
  await caller.command('hangup')
  expect(await world.outcome('1001')).toMatchObject({ status: 'ANSWERED', devices: 1, woke: 0 })
})

test('the one that wakes up answers: the other stops ringing, and knows why', async () => {
  await world.device('1002', 'bob')
  const awake = world.sipp.phone('rings')
  await world.sipp.register('1002', awake.address)
  const caller = world.call('1002')
  await world.woken('bob')
  await until(() => expect(awake.received('INVITE')).toHaveLength(1))
  const woken = world.phone('1002')
  await until(() => expect([caller.heard(), woken.heard()]).toEqual([1, 1]))
  await until(() => expect(awake.received('CANCEL')).toEqual([expect.stringMatching(/^Reason: .*Call completed elsewhere/m)]))
  await caller.command('hangup')
  expect(await world.outcome('1002')).toMatchObject({ status: 'ANSWERED', devices: 1, woke: 1 })
})

test('one declines, the other answers', async () => {
  await world.device('1003', 'cleo')
  const declines = world.sipp.phone('declines')
  await world.sipp.register('1003', declines.address)
  const caller = world.call('1003')
  await world.woken('cleo')
  await until(() => expect(declines.received('ACK')).toHaveLength(1))
  const woken = world.phone('1003')
  await until(() => expect([caller.talked(), woken.talked()]).toEqual([1, 1]))
  await caller.command('hangup')
  expect(await world.outcome('1003')).toMatchObject({ status: 'ANSWERED' })
})

test('both are asleep: both wake, the second to answer finds the call gone', async () => {
  await world.device('1004', 'dan')
  await world.device('1004', 'eve')
  const caller = world.call('1004')
  await Promise.all([world.woken('dan'), world.woken('eve')])
  const [first, second] = [world.phone('1004', 'manual'), world.sipp.phone('rings')]
  await world.sipp.register('1004', second.address)
  await until(() => expect(second.received('INVITE')).toHaveLength(1))
  await until(() => expect(first.output()).toContain('Incoming call'))
  await first.command('accept')
  await until(() => expect([caller.heard(), first.heard()]).toEqual([1, 1]))
  await until(() => expect(second.received('CANCEL')).toEqual([expect.stringContaining('Call completed elsewhere')]))
  await caller.command('hangup')
  expect(await world.outcome('1004')).toMatchObject({ status: 'ANSWERED', devices: 2, woke: 2 })
})

test('one answers before the other has woken up: that rings for a moment only', async () => {
  await world.device('1005', 'fred')
  await world.device('1005', 'gina')
  const caller = world.call('1005')
  await Promise.all([world.woken('fred'), world.woken('gina')])
  const [first, late] = [world.phone('1005'), world.sipp.phone('rings')]
  await until(() => expect(first.heard()).toBe(1))
  await world.sipp.register('1005', late.address)
  await until(() => expect(late.received('CANCEL')).toEqual([expect.stringContaining('Call completed elsewhere')]))
  expect(late.received('INVITE')).toHaveLength(1)
  await world.rtpFlows()
  await caller.command('hangup')
})

/** The caller hangs up, at each moment of a call: no phone goes on ringing, and nothing is left behind. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Program } from './process.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
let pns: Program
let ari: Program
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001', '1002', '1003', '1004', '1005'] })
  pns = await world.servePns()
  ari = await world.ari()
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

async function ringing(extension: string) {
  const caller = world.call(extension)
  await until(() => expect(caller.output()).toContain('180 Ringing'))
  return caller
}

test('before the push: a phone that is pushed to all the same is told that it is over', async () => {
  await world.device('1001', 'ada')
  pns.signal('SIGSTOP')
  const caller = await ringing('1001')
  await caller.command('hangup')
  await world.idle()
  pns.signal('SIGCONT')
  await until(() => expect(world.seen('ada', 'cancelled')).toMatchObject([{ detail: 'caller_hung_up' }]))
  expect(await world.outcome('1001')).toMatchObject({ status: '', woke: 0 })
})

test('between push and REGISTER: the push is taken back, and a phone that registers late rings for a moment only', async () => {
  await world.device('1002', 'bob')
  const caller = await ringing('1002')
  await world.woken('bob')
  await caller.command('hangup')
  await until(() => expect(world.seen('bob', 'cancelled')).toMatchObject([{ detail: 'caller_hung_up' }]))
  const late = world.sipp.phone('rings')
  await world.sipp.register('1002', late.address)
  await until(() => expect([late.received('INVITE'), late.received('CANCEL')].map(({ length }) => length)).toEqual([1, 1]))
})

test('between REGISTER and INVITE: the phone that woke learns that it is over', async () => {
  await world.device('1003', 'cleo')
  const caller = await ringing('1003')
  await world.woken('cleo')
  ari.signal('SIGSTOP')
  const phone = world.sipp.phone('rings')
  await world.sipp.register('1003', phone.address)
  await caller.command('hangup')
  ari.signal('SIGCONT')
  await until(() => expect(world.seen('cleo', 'cancelled').length + phone.received('CANCEL').length).toBeGreaterThan(0))
  await world.idle()
  expect(phone.received('CANCEL')).toHaveLength(phone.received('INVITE').length)
})

test('while a phone rings: it stops', async () => {
  await world.device('1004', 'dan')
  const caller = await ringing('1004')
  await world.woken('dan')
  const phone = world.sipp.phone('rings')
  await world.sipp.register('1004', phone.address)
  await until(() => expect(phone.received('INVITE')).toHaveLength(1))
  await caller.command('hangup')
  await until(() => expect(phone.received('CANCEL')).toHaveLength(1))
  expect(phone.received('CANCEL')[0]).not.toContain('Call completed elsewhere')
})

test('as a phone answers: nobody is left alone in the call', async () => {
  await world.device('1005', 'eve')
  const caller = await ringing('1005')
  await world.woken('eve')
  const phone = world.phone('1005')
  await until(() => expect(phone.talked()).toBe(1))
  await caller.command('hangup')
  await until(() => expect(phone.output()).toContain('session closed'))
})

/** What a call needs is away, or hangs: registered phones ring as with `Dial()`. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Program } from './process.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
let pns: Program
let ari: Program
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008'] })
  ari = await world.ari()
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

async function answers(extension: string): Promise<void> {
  const phone = world.sipp.phone('answers')
  await world.sipp.register(extension, phone.address)
  expect(await world.sipp.call([extension])).toBe(0)
  expect(phone.received('INVITE')).toHaveLength(1)
}

async function isRefused(extension: string): Promise<void> {
  const caller = world.call(extension)
  await until(() => expect(caller.output()).toContain('session closed'))
}

test('the PNS is down', async () => {
  await answers('1001')
  expect(await world.outcome('1001')).toMatchObject({ status: 'ANSWERED', devices: 0 })
  await isRefused('1002')
  expect(await world.outcome('1002')).toMatchObject({ status: 'UNAVAILABLE' })
})

test('the PNS hangs', async () => {
  pns = await world.servePns()
  pns.signal('SIGSTOP')
  await answers('1003')
  expect(await world.outcome('1003')).toMatchObject({ status: 'ANSWERED' })
  pns.signal('SIGCONT')
})

test('the application hangs: a call rings plainly after two seconds, and is left in peace when it goes on', async () => {
  const phone = world.phone('1004')
  await world.registered('1004')
  ari.signal('SIGSTOP')
  const caller = world.call('1004')
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  expect(await world.asterisk.cli('core show channels count')).toContain('1 active call')
  ari.signal('SIGCONT')
  // It works through what it has missed, and then takes this call.
  await isRefused('1002')
  expect(await world.outcome('1002')).toMatchObject({ status: 'NODEVICE' })
  await world.rtpFlows()
  expect(phone.output()).not.toContain('session closed')
  await caller.command('hangup')
})

test('the application is stopped while a phone rings: it is rung again, by the dialplan', async () => {
  const phone = world.phone('1005', 'manual')
  await world.registered('1005')
  const caller = world.call('1005')
  await until(() => expect(phone.output()).toContain('Incoming call'))
  await ari.end('SIGTERM')
  await until(() => expect(phone.output().match(/Incoming call/g)).toHaveLength(2))
  await phone.command('accept')
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  await caller.command('hangup')
  expect(await world.outcome('1005')).toMatchObject({ status: '' })
})

test('the application is down', async () => {
  await answers('1006')
  expect(await world.outcome('1006')).toMatchObject({ status: '' })
})

test('the relay is down', async () => {
  ari = await world.ari()
  await world.cloud.end('SIGKILL')
  await answers('1007')
  expect(await world.outcome('1007')).toMatchObject({ status: 'ANSWERED', devices: 0 })
  await isRefused('1008')
  expect(await world.outcome('1008')).toMatchObject({ status: 'UNAVAILABLE' })
})

/** A call that was answered is a call of Asterisk's like any other; and others than phones may call. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

const DIALPLAN = `exten => 3001,1,Queue(support)
exten => 4001,1,Set(__WAKECALL_BRIDGE=t)
 same => n,Goto(1004,1)
exten => 5001,1,Dial(Local/1006@wakecall-member/n&PJSIP/1007,20)
`
const FILES = {
  'queues.conf': '[support]\nringinuse=yes\nmember => Local/1003@wakecall-member/n\n',
  'features.conf': '[general]\nfeaturedigittimeout=2000\n[featuremap]\natxfer => *2\n',
}

let world: World
beforeAll(async () => {
  world = await openWorld({
    endpoints: ['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008'],
    dialplan: DIALPLAN,
    files: FILES,
  })
  // Without this prompt there is no transfer by digits, and Debian has it elsewhere.
  writeFileSync(join(world.asterisk.root, 'usr/share/asterisk/sounds/pbx-transfer.ulaw'), Buffer.alloc(800, 0xff))
  await world.serve()
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

async function wakes(extension: string, name: string) {
  await world.woken(name)
  return world.phone(extension)
}

test('a phone transfers its caller to one that sleeps', async () => {
  await world.device('1001', 'ada')
  await world.device('1002', 'bob')
  const caller = world.call('1001')
  const first = await wakes('1001', 'ada')
  await until(() => expect([caller.heard(), first.heard()]).toEqual([1, 1]))
  await first.command('transfer 1002')
  const second = await wakes('1002', 'bob')
  await until(() => expect(second.heard()).toBe(1))
  await world.rtpFlows()
  await caller.command('hangup')
  await until(() => expect(second.output()).toContain('session closed'))
})

test('a phone is a member of a queue, and sleeps', async () => {
  await world.device('1003', 'cleo')
  const caller = world.call('3001')
  const member = await wakes('1003', 'cleo')
  await until(() => expect([caller.heard(), member.heard()]).toEqual([1, 1]))
  await world.rtpFlows()
  await caller.command('hangup')
  await until(() => expect(member.output()).toContain('session closed'))
})

test('a phone asks another one first, which sleeps, and then transfers its caller', async () => {
  await world.device('1004', 'dan')
  await world.device('1005', 'eve')
  const caller = world.call('4001')
  const first = await wakes('1004', 'dan')
  await until(() => expect([caller.heard(), first.heard()]).toEqual([1, 1]))
  await first.press('*2')
  await until(() => expect(world.asterisk.output()).toContain('Started DTMF attended transfer'))
  await first.press('1005')
  const second = await wakes('1005', 'eve')
  await until(() => expect(second.heard()).toBe(1))
  await first.command('hangup')
  await world.rtpFlows()
  await caller.command('hangup')
  await until(() => expect(second.output()).toContain('session closed'))
})

test('another of a group answers: the phone that woke stops ringing, and knows why', async () => {
  await world.device('1006', 'fay')
  const desk = world.phone('1007', 'manual')
  await world.registered('1007')
  const caller = world.call('5001')
  await world.woken('fay')
  const woken = world.sipp.phone('rings')
  await world.sipp.register('1006', woken.address)
  await until(() => expect(woken.received('INVITE')).toHaveLength(1))
  await desk.command('accept')
  await until(() => expect(woken.received('CANCEL')[0]).toContain('Call completed elsewhere'))
  await caller.command('hangup')
})

test('the caller is told who answered, and not that it was the caller', async () => {
  await world.device('1008', 'gus')
  const caller = world.call('1008')
  await wakes('1008', 'gus')
  await until(() => expect(caller.heard()).toBe(1))
  const channels = await world.asterisk.cli('core show channels concise')
  const [, channel = ''] = /^(PJSIP\/caller-[^!]+)/m.exec(channels) ?? []
  expect(await world.asterisk.cli(`core show channel ${channel}`)).toMatch(/Connected Line ID: 1008$/m)
  await caller.command('hangup')
})

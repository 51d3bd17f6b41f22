/** What the dialplan and the settings may choose. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { installAsterisk } from '../asterisk.ts'
import type { Program } from './process.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

const DIALPLAN = `exten => 5001,1,Gosub(wakecall,5001,1(alice))
exten => 5002,1,Set(CHANNEL(hangup_handler_push)=outcome,\${EXTEN},1)
 same => n,Gosub(wakecall,5002,1(,5))
exten => 5003,1,Stasis(wakecall,5003,ring=soon)
 same => n,Hangup(17)
exten => 5004,1,Set(CALLERID(pres)=prohib)
 same => n,Gosub(wakecall,1004,1)
`

const MUSIC = '[hold]\nmode=files\ndirectory=/srv/music\n'

async function putMusic(): Promise<void> {
  const folder = join(await installAsterisk(), 'srv/music')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'tone.ulaw'), Buffer.alloc(80_000, 0x55))
}

let world: World
let service: Program
beforeAll(async () => {
  await putMusic()
  const endpoints = ['1001', '1002', '1003', '1004', '1005', 'alice']
  world = await openWorld({ endpoints, dialplan: DIALPLAN, files: { 'musiconhold.conf': MUSIC } })
  service = await world.serve({ callerHears: 'progress', stopLateRings: false })
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

test('endpoint: the phones of the extension have another name', async () => {
  await world.device('5001', 'ada')
  const phone = world.sipp.phone('answers')
  const answered = world.sipp.call(['5001'])
  await world.woken('ada')
  await world.sipp.register('alice', phone.address)
  expect(await answered).toBe(0)
})

test('ring: how long', async () => {
  await world.device('5002', 'bob')
  const caller = world.call('5002')
  await until(() => expect(caller.output()).toContain('session closed'))
  expect(await world.outcome('5002')).toMatchObject({ status: 'NOANSWER', devices: 1, woke: 0 })
})

test('an argument that is none: the call goes on in the dialplan', async () => {
  const caller = world.call('5003')
  await until(() => expect(caller.output()).toContain('session closed: 486'))
})

test('the caller hears the tones of the trunk', async () => {
  await world.device('1001', 'cleo')
  const caller = world.call('1001')
  await world.woken('cleo')
  expect(caller.output()).toContain('183 Session Progress')
  await caller.command('hangup')
})

test('a phone sees who calls, and which push it belongs to', async () => {
  await world.device('1002', 'dan')
  const phone = world.sipp.phone('answers')
  const answered = world.sipp.call(['1002'])
  const { callId } = await world.woken('dan')
  await world.sipp.register('1002', phone.address)
  expect(await answered).toBe(0)
  const [invite] = phone.received('INVITE')
  expect(invite).toMatch(/^From: .*<sip:caller@/m)
  expect(invite).toContain(`X-Wakecall-Call-Id: ${callId}`)
})

test('a caller who wants to stay unknown is unknown to phone and push', async () => {
  await world.device('1004', 'eve')
  const phone = world.sipp.phone('answers')
  const answered = world.sipp.call(['5004'])
  await world.woken('eve')
  await world.sipp.register('1004', phone.address)
  expect(await answered).toBe(0)
  expect(phone.received('INVITE')[0]).toMatch(/^From: .*anonymous/im)
  expect(phone.received('INVITE')[0]).not.toContain('sip:caller@')
  expect(world.seen('eve', 'ringing')).toMatchObject([{ detail: 'from anonymous' }])
})

test('stopLateRings is off: a phone that registers late hears nothing', async () => {
  await world.device('1003', 'fred')
  const caller = world.call('1003')
  await world.woken('fred')
  await caller.command('hangup')
  await until(() => expect(world.seen('fred', 'cancelled')).toHaveLength(1))
  const late = world.sipp.phone('rings')
  await world.sipp.register('1003', late.address)
  // A second call is dialled, and the first one would have been before it.
  const next = world.call('1003')
  await until(() => expect(late.received('INVITE')).toHaveLength(1))
  expect(late.received('CANCEL')).toEqual([])
  await next.command('hangup')
})

test('the caller hears music', async () => {
  await service.end('SIGTERM')
  service = await world.serve({ callerHears: 'music', musicClass: 'hold' })
  await world.device('1005', 'gina', 'never_wakes')
  const caller = world.call('1005')
  await until(() => expect(caller.heard()).toBe(1))
  expect(caller.talked()).toBe(0)
  await caller.command('hangup')
})

/** Linphone says in its Contact what pushes to it: nothing else registers its device. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { tokenOf } from '../../../local/tokens.ts'
import type { Program } from './process.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
let service: Program
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001', '1002', '1003', '1004'] })
  service = await world.serve()
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

const tokens = (phone: string) => ({
  voip: tokenOf({ kind: 'voip', phone, fate: 'accept' }),
  alert: tokenOf({ kind: 'alert', phone, fate: 'accept' }),
})

function iphone(phone: string): string {
  const { voip, alert } = tokens(phone)
  return `pn-provider=apns;pn-param=ABCDE12345.com.example.phone.voip&remote;pn-prid=${voip}:voip&${alert}:remote`
}

const BOB = tokenOf({ kind: 'fcm', phone: 'bob', fate: 'accept' })
const ANDROID = `pn-provider=fcm;pn-param=a-project;pn-prid=${BOB}`

type Device = { platform: string; confirmed: boolean }
const devices = async (extension: string) =>
  (JSON.parse(await world.curl(`/devices?extension=${extension}`)) as { devices: Device[] }).devices

const registers = (extension: string, platform: string) =>
  until(async () => expect(await devices(extension)).toMatchObject([{ platform, confirmed: true }]))

test('it registers its device, sleeps, and is woken', async () => {
  const before = world.linphone('1001', iphone('ada'))
  await registers('1001', 'ios')
  await before.sleep()
  const caller = world.call('1001')
  const { callId } = await world.woken('ada')
  const after = world.linphone('1001', iphone('ada'))
  await until(() => expect(caller.talked()).toBe(1))
  await until(() => expect(after.output()).toContain('LinphoneCallStreamsRunning'))
  await caller.command('hangup')
  await until(async () => {
    const trace = JSON.parse(await world.curl(`/calls/${callId}`)) as { devices: object[] }
    expect(trace.devices).toMatchObject([{ platform: 'ios', wakeMs: expect.any(Number) }])
  })
})

test('an Android phone, too', async () => {
  const before = world.linphone('1002', ANDROID)
  await registers('1002', 'android')
  await before.sleep()
  const caller = world.call('1002')
  await world.woken('bob')
  world.linphone('1002', ANDROID)
  await until(() => expect(caller.talked()).toBe(1))
  await caller.command('hangup')
})

test('its token changes: the push goes to the new one only', async () => {
  const before = world.linphone('1003', iphone('old'))
  await registers('1003', 'ios')
  before.quit()
  await world.gone('1003')
  const after = world.linphone('1003', iphone('new'))
  await registers('1003', 'ios')
  await after.sleep()
  const caller = world.call('1003')
  await world.woken('new')
  await caller.command('hangup')
  expect(world.seen('old', 'push')).toEqual([])
})

test('it unregisters: its device is removed', async () => {
  const phone = world.linphone('1004', iphone('cleo'))
  await registers('1004', 'ios')
  phone.quit()
  await until(async () => expect(await devices('1004')).toEqual([]))
})

test('no token stands in the log', () => {
  const all = ['ada', 'old', 'new', 'cleo'].flatMap((phone) => Object.values(tokens(phone)))
  expect([...all, BOB].filter((token) => service.output().includes(token))).toEqual([])
  expect(service.output()).toContain('"extension":"1001"')
})

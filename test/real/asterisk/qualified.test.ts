/** Asterisk asks its contacts whether they are there (OPTIONS), as our settings have it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001', '1002'], qualifySeconds: 1 })
  await world.serve()
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

test('a phone that wakes is reported several times, and called once', async () => {
  await world.device('1001', 'ada')
  const caller = world.call('1001')
  await world.woken('ada')
  const phone = world.phone('1001', 'manual')
  await until(async () => expect(await world.asterisk.cli('pjsip show contacts')).toMatch(/1001\/sip:.* Avail /))
  await until(() => expect(phone.output()).toContain('Incoming call'))
  await phone.command('accept')
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  expect(phone.output().match(/Incoming call/g)).toHaveLength(1)
  await caller.command('hangup')
})

test('a phone that fell asleep without a word is not called where it was', async () => {
  const token = await world.device('1002', 'bob')
  const params = `pn-provider=apns;pn-prid=${token}:voip`
  const before = world.linphone('1002', params)
  await until(async () => expect(await world.asterisk.cli('pjsip show contacts')).toMatch(/1002\/sip:.* Avail /))
  await before.sleep()
  await until(async () => expect(await world.asterisk.cli('pjsip show contacts')).toMatch(/1002\/sip:.* Unavail /))
  const caller = world.call('1002')
  await world.woken('bob')
  expect(await world.asterisk.cli('core show channels concise')).not.toContain('PJSIP/1002')
  world.linphone('1002', params)
  await until(() => expect(caller.talked()).toBe(1))
  await caller.command('hangup')
})

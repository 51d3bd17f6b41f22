/** Where the application is not, a call is as good as with `Dial()`. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001', '1002', '1003', '1004'] })
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

test('a registered phone rings and is heard, and hears', async () => {
  const phone = world.phone('1001')
  await world.registered('1001')
  const caller = world.call('1001')
  await until(() => expect([caller.talked(), phone.talked()]).toEqual([1, 1]))
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  await world.rtpFlows()
  await caller.command('hangup')
  await until(() => expect(phone.output()).toContain('session closed'))
})

test('two registered phones ring at once', async () => {
  const [answers, rings] = [world.sipp.phone('answers'), world.sipp.phone('rings')]
  await world.sipp.register('1002', rings.address)
  await world.sipp.register('1002', answers.address)
  expect(await world.sipp.call(['1002'])).toBe(0)
  expect(rings.received('CANCEL')).toEqual([expect.stringContaining('Call completed elsewhere')])
})

test('nobody is registered: the caller is told at once', async () => {
  const caller = world.call('1003')
  await until(() => expect(caller.output()).toContain('session closed'))
  expect(caller.talked()).toBe(0)
})

test('what stands in a Contact of RFC 8599 reaches the phone as it stands there', async () => {
  const [first, second] = [world.sipp.phone('answers'), world.sipp.phone('rings')]
  const params = 'pn-provider=apns;pn-param=TEAM.com.example.phone.voip&remote;pn-prid=aa:voip&bb:remote'
  await world.sipp.register('1004', `${first.address};${params}`)
  await world.sipp.register('1004', `${second.address};${params}`)
  expect(await world.sipp.call(['1004'])).toBe(0)
  for (const phone of [first, second]) {
    expect(phone.received('INVITE')).toEqual([expect.stringContaining(`INVITE sip:1004@${phone.address};${params} SIP/2.0`)])
  }
})

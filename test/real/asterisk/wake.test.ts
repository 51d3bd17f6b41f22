/** A call wakes a phone: the push starts it, it registers, and the call that is held comes to it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ endpoints: ['1001', '1002', '1003', '1004', '1005', '1006'] })
  await world.serve()
})
afterEach((context) => world.endTest(context))
afterAll(() => world?.close())

/** What stands in the Contact of a phone with this token. */
const pushParams = (token: string) => `pn-provider=apns;pn-param=TEAM.com.example.phone.voip;pn-prid=${token}:voip`

test('both hear each other, and the dialplan learns what happened', async () => {
  await world.device('1001', 'ada')
  const caller = world.call('1001')
  await world.woken('ada')
  const phone = world.phone('1001')
  await until(() => expect([caller.talked(), phone.talked()]).toEqual([1, 1]))
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  await world.rtpFlows()
  await caller.command('hangup')
  await until(() => expect(phone.output()).toContain('session closed'))
  expect(await world.outcome('1001')).toMatchObject({ status: 'ANSWERED', devices: 1, woke: 1, wakeMs: expect.any(Number) })
  expect(caller.output()).toContain('180 Ringing')
  const { calls } = JSON.parse(await world.curl('/calls?limit=1'))
  const times = { woke: expect.any(Number), invited: expect.any(Number), answered: expect.any(Number) }
  expect(calls).toMatchObject([{ to: '1001', devices: [{ steps: times }] }])
})

test('the one who is called may end it, too', async () => {
  await world.device('1002', 'bob')
  const caller = world.call('1002')
  await world.woken('bob')
  const phone = world.phone('1002')
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  await phone.command('hangup')
  await until(() => expect(caller.output()).toContain('session closed'))
})

test('three REGISTERs after one push, one with half of the token: one INVITE, and the wake is told once', async () => {
  const token = await world.device('1003', 'cleo')
  const phone = world.sipp.phone('answers')
  const answered = world.sipp.call(['1003'])
  const { callId } = await world.woken('cleo')
  await Promise.all([
    world.sipp.register('1003', `${phone.address};${pushParams(token)}`),
    world.sipp.register('1003', `${phone.address};${pushParams(token)}`),
    world.sipp.register('1003', `${phone.address};pn-provider=apns;pn-prid=${token.slice(0, 20)}`),
  ])
  expect(await answered).toBe(0)
  expect(phone.received('INVITE')).toHaveLength(1)
  await until(async () => {
    const { devices } = JSON.parse(await world.curl(`/calls/${callId}`))
    expect(devices).toEqual([expect.objectContaining({ deviceId: 'cleo', wakeMs: expect.any(Number) })])
  })
})

test('a phone that was registered wakes at a new port: it rings there', async () => {
  const token = await world.device('1004', 'dan')
  const [before, after] = [world.sipp.phone('is gone'), world.sipp.phone('answers')]
  await world.sipp.register('1004', `${before.address};${pushParams(token)}`)
  const answered = world.sipp.call(['1004'])
  await world.woken('dan')
  await world.sipp.register('1004', `${after.address};${pushParams(token)}`)
  expect(await answered).toBe(0)
  expect([before, after].map((phone) => phone.received('INVITE').length)).toEqual([1, 1])
})

test('the phone that rings registers again meanwhile: it goes on ringing', async () => {
  const token = await world.device('1005', 'eve')
  const phone = world.sipp.phone('rings')
  const caller = world.call('1005')
  await world.woken('eve')
  await world.sipp.register('1005', `${phone.address};${pushParams(token)}`)
  await until(() => expect(phone.received('INVITE')).toHaveLength(1))
  await world.sipp.register('1005', `${phone.address};${pushParams(token)}`)
  expect(phone.received('CANCEL')).toEqual([])
  await caller.command('hangup')
  await until(() => expect(phone.received('CANCEL')).toHaveLength(1))
  expect(phone.received('INVITE')).toHaveLength(1)
})

test('two callers, one phone: it registers once, and gets both calls', async () => {
  await world.device('1006', 'fred')
  const phone = world.sipp.phone('answers')
  const answered = [world.sipp.call(['1006']), world.sipp.call(['1006'])]
  await world.woken('fred', 2)
  await world.sipp.register('1006', phone.address)
  expect(await Promise.all(answered)).toEqual([0, 0])
  expect(phone.received('INVITE')).toHaveLength(2)
})

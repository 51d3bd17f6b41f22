/** What comes again, as UDP and NAT have it: it is once, and the next call rings. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

test('an INVITE that is repeated at once is one call, and the next one rings too', async () => {
  const user = world.user()
  const phone = await world.phone(user, { push: pushOf('repeated') })
  for (const round of [1, 2, 3, 4, 5]) {
    const call = world.pbx.call(user)
    for (let copies = 0; copies < 5; copies++) call.repeat()
    await until(() => expect(call.final()?.status).toBe(200))
    expect(phone.invites()).toBe(round)
  }
})

test('a phone without an instance is the same at another port by the Call-ID of its REGISTER', async () => {
  const user = world.user()
  const first = await world.phone(user, { instance: null, registration: 'the-same', behaviour: 'rings' })
  const second = await world.phone(user, { instance: null, registration: 'the-same', cseq: 10 })
  for (const round of [1, 2]) {
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(200))
    expect([first.invites(), second.invites()]).toEqual([0, round])
  }
})

test('a CANCEL that is repeated at once is one, and the next call rings', async () => {
  const phone = await world.phone(world.user(), { push: pushOf('cancelled') })
  phone.sleep()
  const cancelled = world.pbx.call(phone.user)
  await until(() => expect(cancelled.statuses()).toContain(180))
  for (let copies = 0; copies < 5; copies++) cancelled.cancel()
  await until(() => expect(cancelled.final()?.status).toBe(487))
  for (let copies = 0; copies < 5; copies++) cancelled.cancel()
  phone.wake()
  const call = world.pbx.call(phone.user)
  await until(() => expect(call.final()?.status).toBe(200))
})

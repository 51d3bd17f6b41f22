/** Rules that a PBX may set: one phone speaks for all, the caller hears progress, and late phones are left in peace. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  const gateway = { callerHears: 'progress', onBusy: 'stop', onDecline: 'stop', stopLateRings: false, holdSeconds: 6 }
  world = await openWorld({ gateway })
})
afterAll(() => world?.close())

describe.concurrent('other rules', () => {
  test.each([
    ['is busy', 600],
    ['declines', 603],
  ] as const)('the phone that wakes first %s: the others stop, and who sleeps is told', async (behaviour, status) => {
    const user = world.user()
    const [sleeps, wakes] = [`sleeps-${status}`, `wakes-${status}`]
    const sleeper = await world.asleep(user, sleeps)
    const refuses = await world.phone(user, { push: pushOf(wakes), behaviour })
    refuses.sleep()
    await world.known(user, 2)
    const rings = await world.phone(user, { behaviour: 'rings' })
    const call = world.pbx.call(user)
    await Promise.all([sleeps, wakes].map((name) => world.woken(name)))
    refuses.wake()
    refuses.register()
    await until(() => expect(call.final()?.status).toBe(status))
    await until(() => expect(rings.cancels()).toBe(1))
    expect([rings, refuses, sleeper].map((phone) => phone.invites())).toEqual([1, 1, 0])
    await until(() => expect(world.seen(sleeps, 'cancelled')).toMatchObject([{ detail: 'declined' }]))
  })

  test('the caller hears 183 until a phone rings', async () => {
    const phone = await world.asleep(world.user(), 'hears', { behaviour: 'rings' })
    const call = world.pbx.call(phone.user)
    await world.woken('hears')
    expect(call.statuses().filter((status) => status > 100)).toEqual([183])
    phone.wake()
    phone.register()
    await until(() => expect(call.statuses().filter((status) => status > 100)).toEqual([183, 180]))
    phone.answer()
    await until(() => expect(call.statuses().filter((status) => status > 100)).toEqual([183, 180, 200]))
  })

  test('nobody wakes within the hold: 480, and a late phone hears nothing', async () => {
    const phone = await world.asleep(world.user(), 'too-late', { behaviour: 'rings' })
    const call = world.pbx.call(phone.user)
    await until(() => expect(call.final()?.status).toBe(480))
    phone.wake()
    phone.register()
    await until(async () => expect(await world.trace(call.callId, phone.user)).toContain('timed_out'))
    const next = world.pbx.call(phone.user)
    await until(() => expect(phone.invites()).toBe(1))
    next.cancel()
    await until(() => expect(next.final()?.status).toBe(487))
    expect([phone.invites(), phone.uncancelled()]).toEqual([1, 0])
  })
})

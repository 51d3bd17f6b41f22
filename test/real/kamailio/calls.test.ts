/** Calls to phones that are awake, or nowhere, packet by packet. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headerOf } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

describe.concurrent('one phone', () => {
  test('that is awake gets the call at once, and no push', async () => {
    const user = world.user()
    const phone = await world.phone(user, { push: pushOf('awake') })
    await world.known(user)
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(200))
    expect(call.statuses()).toContain(180)
    await until(() => expect(phone.got('ACK')).toHaveLength(1))
    expect(phone.invites()).toBe(1)
    await until(async () => expect(await world.trace(call.callId, user)).toContain('"outcome":"skipped"'))
    expect(world.seen('awake', 'push')).toEqual([])
  })

  test('that cannot be pushed to rings as ever', async () => {
    const user = world.user()
    const phone = await world.phone(user)
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(200))
    expect([phone.invites(), phone.pings()]).toEqual([1, 0])
  })

  test('that registers from another port while it rings is not called twice', async () => {
    const user = world.user()
    const before = await world.phone(user, { push: pushOf('hops'), behaviour: 'rings' })
    const call = world.pbx.call(user)
    await until(() => expect(before.invites()).toBe(1))
    await until(() => expect(call.statuses().filter((status) => status === 180).length).toBeGreaterThan(1))
    const after = await world.phone(user, { instance: before.instance, push: pushOf('hops') })
    before.answer()
    await until(() => expect(call.final()?.status).toBe(200))
    expect(after.invites()).toBe(0)
  })

  test('that rings when the caller hangs up gets the CANCEL', async () => {
    const user = world.user()
    const phone = await world.phone(user, { push: pushOf('rung'), behaviour: 'rings' })
    const call = world.pbx.call(user)
    await until(() => expect(phone.invites()).toBe(1))
    call.cancel()
    await until(() => expect(call.final()?.status).toBe(487))
    await until(() => expect([phone.invites(), phone.uncancelled()]).toEqual([1, 0]))
  })

  test.each([
    ['is busy', 486],
    ['declines', 603],
  ] as const)('that %s: so the caller hears, at once', async (behaviour, status) => {
    const user = world.user()
    const phone = await world.phone(user, { push: pushOf(`refuses-${status}`), behaviour })
    await world.known(user)
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(status))
    expect(phone.invites()).toBe(1)
  })

  test('that registers while nobody calls hears nothing', async () => {
    const phone = await world.phone(world.user(), { push: pushOf('idle') })
    phone.register()
    await until(() => expect(phone.responses.filter(({ status }) => status === 200)).toHaveLength(2))
    const call = world.pbx.call(world.user())
    await until(() => expect(call.final()?.status).toBe(480))
    expect(phone.requests).toEqual([])
  })

  test('whose Contact is too long is refused', async () => {
    const phone = await world.phone(world.user())
    phone.register({ push: `;x=${'a'.repeat(1100)}` })
    await until(() => expect(phone.responses.at(-1)?.status).toBe(400))
  })

  test('that unregisters is not rung, and not pushed to', async () => {
    const user = world.user()
    const phone = await world.phone(user, { push: pushOf('leaves') })
    await world.known(user)
    phone.register({ expires: 0 })
    await until(async () => expect(await world.curl(`/devices?extension=${user}`)).toContain('"devices":[]'))
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(480))
    expect(phone.requests).toEqual([])
  })
})

describe.concurrent('several phones', () => {
  test('ring all; those that do not answer are told', async () => {
    const user = world.user()
    const phones = await Promise.all(
      ['a', 'b', 'c'].map((name) => world.phone(user, { push: pushOf(`many-${name}`), behaviour: 'rings' })),
    )
    const call = world.pbx.call(user)
    await until(() => expect(phones.map((phone) => phone.invites())).toEqual([1, 1, 1]))
    phones[1]?.answer()
    await until(() => expect(call.final()?.status).toBe(200))
    await until(() => expect(phones.map((phone) => phone.cancels())).toEqual([1, 0, 1]))
    expect(phones.map((phone) => phone.invites())).toEqual([1, 1, 1])
  })

  test('one awake and one asleep: both ring, and the one that does not answer is told', async () => {
    const user = world.user()
    const sleeper = await world.asleep(user, 'sleeper', { behaviour: 'rings' })
    const awake = await world.phone(user, { push: pushOf('other'), behaviour: 'rings' })
    await world.known(user, 2)
    const call = world.pbx.call(user)
    await until(() => expect(awake.invites()).toBe(1))
    await world.woken('sleeper')
    sleeper.wake()
    sleeper.register()
    await until(() => expect(sleeper.invites()).toBe(1))
    awake.answer()
    await until(() => expect(call.final()?.status).toBe(200))
    await until(() => expect(sleeper.cancels()).toBe(1))
    const [cancel] = sleeper.got('CANCEL')
    expect(cancel && headerOf(cancel, 'Reason')).toContain('cause=200')
    expect([sleeper.invites(), awake.invites(), awake.cancels()]).toEqual([1, 1, 0])
    expect(world.seen('other', 'push')).toEqual([])
  })

  test.each(['is busy', 'declines'] as const)('one %s, the other wakes and answers', async (behaviour) => {
    const user = world.user()
    const name = `saves-${behaviour.length}`
    const sleeper = await world.asleep(user, name)
    const refuses = await world.phone(user, { push: pushOf(`not-${name}`), behaviour })
    await world.known(user, 2)
    const call = world.pbx.call(user)
    await world.woken(name)
    expect(refuses.invites()).toBe(1)
    expect(call.final()).toBeUndefined()
    sleeper.wake()
    sleeper.register()
    await until(() => expect(call.final()?.status).toBe(200))
    expect([sleeper.invites(), refuses.invites()]).toEqual([1, 1])
  })

  test('a desk phone declines while the other one is on its way: that one gets the call', async () => {
    const user = world.user()
    const sleeper = await world.asleep(user, 'on-its-way')
    const desk = await world.phone(user, { behaviour: 'rings' })
    const call = world.pbx.call(user)
    await world.woken('on-its-way')
    desk.decline()
    await until(() => expect(desk.got('ACK')).toHaveLength(1))
    sleeper.wake()
    sleeper.register()
    await until(() => expect(call.final()?.status).toBe(200))
    expect([sleeper.invites(), desk.invites()]).toEqual([1, 1])
  })
})

test('nobody to ring and nobody to wake: 480 at once', async () => {
  const call = world.pbx.call(world.user())
  await until(() => expect(call.final()?.status).toBe(480))
})

/** Calls to phones that sleep, packet by packet: all at once, each to users of its own. */
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headerOf, type SipRequest } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import { openPhone } from './phone.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ gateway: { holdSeconds: 16 } })
})
afterAll(() => world?.close())

const header = (message: SipRequest | undefined, name: string) => message && headerOf(message, name)

describe.concurrent('the phone wakes', () => {
  test.each([100, 2_000, 15_000])('and registers %i ms after the INVITE: it gets the call', async (ms) => {
    const user = world.user()
    const phone = await world.asleep(user, `wakes-${ms}`)
    const call = world.pbx.call(user)
    await after(ms)
    expect(phone.invites()).toBe(0)
    expect(call.statuses()).toContain(180)
    phone.wake()
    phone.register()
    await until(() => expect(call.final()?.status).toBe(200))
    await until(() => expect(phone.got('ACK')).toHaveLength(1))
    expect([phone.invites(), phone.cancels()]).toEqual([1, 0])
    call.hangUp()
    await until(() => expect(phone.got('BYE')).toHaveLength(1))
  })

  test('with the name of the call in push and INVITE, and its wake is told', async () => {
    const user = world.user()
    const phone = await world.asleep(user, 'named')
    const call = world.pbx.call(user)
    expect(await world.woken('named')).toEqual({ callId: `${call.callId}-${user}` })
    phone.wake()
    phone.register()
    await until(() => expect(call.final()?.status).toBe(200))
    expect(header(phone.got('INVITE')[0], 'X-Wakecall-Call-Id')).toBe(`${call.callId}-${user}`)
    await until(async () => expect(await world.trace(call.callId, user)).toContain('"step":"woke"'))
  })

  test('and the PNS knows which phone was sent the INVITE, and which answered', async () => {
    const user = world.user()
    const awake = await world.phone(user, { push: pushOf('tells-awake'), behaviour: 'rings' })
    const asleep = await world.asleep(user, 'tells-asleep')
    await world.known(user, 2)
    const call = world.pbx.call(user)
    await world.woken('tells-asleep')
    asleep.wake()
    asleep.register()
    await until(() => expect(call.final()?.status).toBe(200))
    await until(async () => {
      const { seen } = JSON.parse(await world.trace(call.callId, user))
      const steps = seen.devices.map(({ steps }: { steps: object }) => Object.keys(steps).sort())
      expect(steps).toHaveLength(2)
      expect(steps).toContainEqual(['invited'])
      expect(steps).toContainEqual(['answered', 'invited', 'woke'])
    })
    expect(awake.invites()).toBe(1)
  })

  test('and registers three times, once with a partial token: one INVITE', async () => {
    const user = world.user()
    const phone = await world.asleep(user, 'thrice', { behaviour: 'rings' })
    const call = world.pbx.call(user)
    await world.woken('thrice')
    phone.wake()
    phone.register()
    phone.register({ push: pushOf('thrice').replace(/pn-prid=[^:]*:voip&/, 'pn-prid=') })
    phone.register()
    await until(() => expect(phone.responses.filter(({ status }) => status === 200)).toHaveLength(4))
    await until(() => expect(phone.invites()).toBe(1))
    phone.answer()
    await until(() => expect(call.final()?.status).toBe(200))
    expect([phone.invites(), phone.cancels()]).toEqual([1, 0])
  })

  test('at another port: it gets the call there, and there alone', async () => {
    const user = world.user()
    const before = await world.asleep(user, 'moves')
    const call = world.pbx.call(user)
    await world.woken('moves')
    const after = await world.phone(user, { instance: before.instance, push: pushOf('moves') })
    await until(() => expect(call.final()?.status).toBe(200))
    expect([before.invites(), after.invites()]).toEqual([0, 1])
  })

  test('and says nothing but pongs: that is enough', async () => {
    const user = world.user()
    const phone = await world.asleep(user, 'quiet')
    const call = world.pbx.call(user)
    await world.woken('quiet')
    const [registered] = [phone.responses.length]
    phone.wake()
    await until(() => expect(call.final()?.status).toBe(200))
    expect([phone.invites(), phone.responses.length]).toEqual([1, registered])
  })

  test('and says nothing but an OPTIONS of its own: that is enough', async () => {
    const phone = await world.asleep(world.user(), 'keeps-alive')
    phone.deafTo('OPTIONS')
    const call = world.pbx.call(phone.user)
    await world.woken('keeps-alive')
    phone.wake()
    phone.request('OPTIONS', 'sip:127.0.0.1', [['From', `<sip:${phone.user}@127.0.0.1>;tag=k`]])
    await until(() => expect(call.final()?.status).toBe(200))
    expect(phone.invites()).toBe(1)
  })

  test('but not by an OPTIONS of somebody else in its name', async () => {
    const phone = await world.asleep(world.user(), 'not-it')
    const call = world.pbx.call(phone.user)
    await world.woken('not-it')
    const other = await openPhone(phone.user, '127.0.3.9')
    other.request('OPTIONS', 'sip:127.0.0.1', [['From', `<sip:${phone.user}@127.0.0.1>;tag=k`]])
    await until(() => expect(other.responses.at(-1)?.status).toBe(200))
    phone.wake()
    phone.register()
    await until(() => expect(call.final()?.status).toBe(200))
    expect([phone.invites(), other.invites()]).toEqual([1, 0])
    await other.close()
  })

  test('while two callers wait: it gets both calls', async () => {
    const user = world.user()
    const phone = await world.asleep(user, 'both', { behaviour: 'rings' })
    const calls = [world.pbx.call(user), world.pbx.call(user)]
    await world.woken('both', 2)
    phone.wake()
    phone.register()
    await until(() => expect(phone.invites()).toBe(2))
    for (const call of calls) call.cancel()
    await until(() => expect(calls.map((call) => call.final()?.status)).toEqual([487, 487]))
    await until(() => expect([phone.invites(), phone.uncancelled()]).toEqual([2, 0]))
  })

  test('and another one, too, for one call that forks to two users', async () => {
    const users = [world.user(), world.user()] as const
    const phones = await Promise.all(users.map((user) => world.asleep(user, `fork-${user}`, { behaviour: 'rings' })))
    const calls = users.map((user) => world.pbx.call(user, 'forked'))
    await Promise.all(users.map((user) => world.woken(`fork-${user}`)))
    for (const phone of phones) {
      phone.wake()
      phone.register()
    }
    await until(() => expect(phones.map((phone) => phone.invites())).toEqual([1, 1]))
    for (const call of calls) call.cancel()
    await until(() => expect(phones.map((phone) => phone.cancels())).toEqual([1, 1]))
  })

  test('with a Contact of 900 characters', async () => {
    const user = world.user()
    const push = pushOf('long')
    const phone = await world.asleep(user, 'long', { push: `${push};x=${'a'.repeat(900 - push.length - 30)}` })
    const call = world.pbx.call(user)
    await world.woken('long')
    phone.wake()
    phone.register()
    await until(() => expect(call.final()?.status).toBe(200))
  })

  test('after the caller has hung up: it hears a short ring, and why', async () => {
    const user = world.user()
    const phone = await world.asleep(user, 'late', { behaviour: 'rings' })
    const call = world.pbx.call(user)
    await world.woken('late')
    call.cancel()
    await until(() => expect(call.final()?.status).toBe(487))
    phone.wake()
    phone.register()
    await until(() => expect(phone.cancels()).toBe(1))
    expect(phone.invites()).toBe(1)
    expect(header(phone.got('INVITE')[0], 'X-Wakecall-Call-Id')).toBe(`${call.callId}-${user}`)
    expect(header(phone.got('CANCEL')[0], 'Reason')).toContain('SIP;cause=487')
    const registered = phone.responses.findLast((response) => headerOf(response, 'CSeq')?.endsWith('REGISTER'))
    expect(registered && headerOf(registered, 'X-Wakecall-Call')).toBe(`${call.callId}-${user};state=over`)
  })

  test('after another phone has answered: it hears a short ring, and that', async () => {
    const user = world.user()
    const late = await world.asleep(user, 'second', { behaviour: 'rings' })
    const call = world.pbx.call(user)
    await world.woken('second')
    await world.phone(user)
    await until(() => expect(call.final()?.status).toBe(200))
    late.wake()
    late.register()
    await until(() => expect(late.cancels()).toBe(1))
    expect(late.invites()).toBe(1)
    expect(header(late.got('CANCEL')[0], 'Reason')).toContain('SIP;cause=200')
  })
})

describe.concurrent('the phone does not wake', () => {
  test('within the hold: 480, and no INVITE; later it hears a short ring', async () => {
    const user = world.user()
    const phone = await world.asleep(user, 'never', { behaviour: 'rings' })
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(480))
    expect(phone.invites()).toBe(0)
    await until(async () => expect(await world.trace(call.callId, user)).toContain('timed_out'))
    phone.wake()
    phone.register()
    await until(() => expect([phone.invites(), phone.cancels()]).toEqual([1, 1]))
  })

  test('and the other one is busy: the caller hears that, after the hold', async () => {
    const user = world.user()
    const sleeper = await world.asleep(user, 'sleeps-on')
    const busy = await world.phone(user, { behaviour: 'is busy' })
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(486))
    expect([sleeper.invites(), busy.invites()]).toEqual([0, 1])
  })
})

/** What phones, callers and the relay see of calls, packet by packet. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headerOf } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

/** It has been decided what the relay is asked. */
const pushed = (callId: string, user: string) =>
  until(async () => expect(await world.curl(`/calls/${callId}-${user}`)).toContain('"step":"asked"'))

test('a phone that is awake gets the call at once, and no push', async () => {
  const user = world.user()
  const phone = await world.phone(user, { push: pushOf('awake') })
  await world.known(user)
  const call = world.pbx.call(user)
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
  await until(async () => expect(await world.curl(`/calls/${call.callId}-${user}`)).toContain('"outcome":"skipped"'))
  expect(world.seen('awake', 'woke')).toEqual([])
})

test('a phone that sleeps is woken, and gets the call as it registers', async () => {
  const user = world.user()
  const phone = await world.asleep(user, 'asleep')
  const call = world.pbx.call(user)
  await world.woken('asleep')
  expect(phone.invites()).toBe(0)
  expect(call.statuses()).toContain(180)
  phone.wake()
  phone.register()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
  const [invite] = phone.got('INVITE')
  expect(invite && headerOf(invite, 'X-Wakecall-Call-Id')).toBe(`${call.callId}-${user}`)
  await until(async () => expect(await world.curl(`/calls/${call.callId}-${user}`)).toContain('"step":"woke"'))
})

test('a phone whose binding is gone is woken too', async () => {
  const user = world.user()
  const phone = await world.asleep(user, 'unbound')
  await world.restartKamailio('SIGKILL')
  const call = world.pbx.call(user)
  await world.woken('unbound')
  phone.wake()
  phone.register()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
})

test('three REGISTERs after one push, one with a partial token: one INVITE', async () => {
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
  expect(phone.invites()).toBe(1)
})

test('a phone that wakes at another port gets the call there, and there alone', async () => {
  const user = world.user()
  const before = await world.asleep(user, 'moves')
  const call = world.pbx.call(user)
  await world.woken('moves')
  const after = await world.phone(user, { instance: before.instance, push: pushOf('moves') })
  await until(() => expect(call.final()?.status).toBe(200))
  expect([before.invites(), after.invites()]).toEqual([0, 1])
})

test('a phone that registers from another port while it rings is not called twice', async () => {
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

test('two calls to one user: the phone that wakes gets both', async () => {
  const user = world.user()
  const phone = await world.asleep(user, 'both', { behaviour: 'rings' })
  const calls = [world.pbx.call(user), world.pbx.call(user)]
  await world.woken('both', 2)
  phone.wake()
  phone.register()
  await until(() => expect(phone.invites()).toBe(2))
  phone.behave('is busy')
  for (const call of calls) call.cancel()
  await until(() => expect(calls.map((call) => call.final()?.status)).toEqual([487, 487]))
  expect(phone.cancels()).toBe(2)
})

test('one call that forks to two users: both phones ring', async () => {
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

test('two phones, one awake and one asleep: both ring, and the one that does not answer is told', async () => {
  const user = world.user()
  const sleeper = await world.asleep(user, 'sleeper', { behaviour: 'rings' })
  const awake = await world.phone(user, { push: pushOf('other'), behaviour: 'rings' })
  await until(async () => expect((await world.curl(`/devices?extension=${user}`)).match(/"confirmed":true/g)).toHaveLength(2))
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
  expect(awake.cancels()).toBe(0)
  expect(world.seen('other', 'woke')).toEqual([])
})

test.each([
  ['is busy', 486],
  ['declines', 603],
] as const)('its only phone %s: so the caller hears, at once', async (behaviour, status) => {
  const user = world.user()
  await world.phone(user, { push: pushOf(`refuses-${status}`), behaviour })
  await world.known(user)
  const call = world.pbx.call(user)
  await until(() => expect(call.final()?.status).toBe(status))
})

test('one phone is busy, the other wakes and answers', async () => {
  const user = world.user()
  const sleeper = await world.asleep(user, 'saves')
  const busy = await world.phone(user, { push: pushOf('busy'), behaviour: 'is busy' })
  await until(async () => expect((await world.curl(`/devices?extension=${user}`)).match(/"confirmed":true/g)).toHaveLength(2))
  const call = world.pbx.call(user)
  await world.woken('saves')
  expect(busy.invites()).toBe(1)
  expect(call.final()).toBeUndefined()
  sleeper.wake()
  sleeper.register()
  await until(() => expect(call.final()?.status).toBe(200))
})

test('nobody to ring and nobody to wake: 480 at once', async () => {
  const call = world.pbx.call(world.user())
  await until(() => expect(call.final()?.status).toBe(480))
})

test('a phone that cannot be pushed to rings as ever', async () => {
  const user = world.user()
  const phone = await world.phone(user)
  const call = world.pbx.call(user)
  await until(() => expect(call.final()?.status).toBe(200))
  expect([phone.invites(), phone.pings()]).toEqual([1, 0])
})

test('a keep-alive is enough: a phone that only answers pings again gets the call', async () => {
  const user = world.user()
  const phone = await world.asleep(user, 'quiet')
  const call = world.pbx.call(user)
  await world.woken('quiet')
  phone.wake()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
})

test('the caller hangs up while the phone sleeps: as it wakes it hears a short ring, and why', async () => {
  const user = world.user()
  const phone = await world.asleep(user, 'late', { behaviour: 'rings' })
  const call = world.pbx.call(user)
  await world.woken('late')
  await pushed(call.callId, user)
  call.cancel()
  await until(() => expect(call.final()?.status).toBe(487))
  phone.wake()
  phone.register()
  await until(() => expect(phone.cancels()).toBe(1))
  expect(phone.invites()).toBe(1)
  const [invite] = phone.got('INVITE')
  const [cancel] = phone.got('CANCEL')
  expect(invite && headerOf(invite, 'X-Wakecall-Call-Id')).toBe(`${call.callId}-${user}`)
  expect(cancel && headerOf(cancel, 'Reason')).toContain('SIP;cause=487')
  const registered = phone.responses.findLast((response) => headerOf(response, 'CSeq')?.endsWith('REGISTER'))
  expect(registered && headerOf(registered, 'X-Wakecall-Call')).toBe(`${call.callId}-${user};state=over`)
})

test('a phone that registers while nobody calls hears nothing', async () => {
  const user = world.user()
  const phone = await world.phone(user, { push: pushOf('idle') })
  phone.register()
  await until(() => expect(phone.responses.filter(({ status }) => status === 200)).toHaveLength(2))
  const call = world.pbx.call(world.user())
  await until(() => expect(call.final()?.status).toBe(480))
  expect(phone.requests).toEqual([])
})

test('a Contact of 900 characters', async () => {
  const user = world.user()
  const push = pushOf('long')
  const phone = await world.phone(user, { push: `${push};x=${'a'.repeat(900 - push.length - 30)}` })
  await world.known(user)
  phone.sleep()
  const call = world.pbx.call(user)
  await world.woken('long')
  phone.wake()
  phone.register()
  await until(() => expect(call.final()?.status).toBe(200))
})

test('a Contact that is too long is refused', async () => {
  const phone = await world.phone(world.user())
  phone.register({ push: `;x=${'a'.repeat(1100)}` })
  await until(() => expect(phone.responses.at(-1)?.status).toBe(400))
})

test('a phone that unregisters is not rung, and not pushed to', async () => {
  const user = world.user()
  const phone = await world.phone(user, { push: pushOf('leaves') })
  await world.known(user)
  phone.register({ expires: 0 })
  await until(async () => expect(await world.curl(`/devices?extension=${user}`)).toContain('"devices":[]'))
  const call = world.pbx.call(user)
  await until(() => expect(call.final()?.status).toBe(480))
  expect(phone.requests).toEqual([])
})

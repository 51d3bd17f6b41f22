/** What a call needs is away, slow, or hangs: who is registered rings as with a plain proxy, and no call is lost. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import type { Program } from './program.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
let pns: Program
beforeAll(async () => {
  world = await openWorld({ holder: 'gateway' })
  pns = await world.startPns()
})
afterAll(() => world?.close())

/** A phone that would answer a call, and no ping: one that is slow, or whose pongs are lost. */
async function silentPhone(user: string, name: string) {
  const phone = await world.phone(user, { push: pushOf(name), behaviour: 'rings' })
  phone.deafTo('OPTIONS')
  return phone
}

/** Every phone of a user gets one INVITE, and who has no phone is nowhere. */
async function ringsAll(): Promise<void> {
  const user = world.user()
  const [silent, awake, desk] = await Promise.all([
    silentPhone(user, `silent-${user}`),
    world.phone(user, { push: pushOf(`awake-${user}`), behaviour: 'rings' }),
    world.phone(user, { behaviour: 'rings' }),
  ])
  const nobody = world.pbx.call(world.user())
  const call = world.pbx.call(user)
  await until(() => expect([silent, awake, desk].map((phone) => phone.invites())).toEqual([1, 1, 1]))
  awake.answer()
  await until(() => expect(call.final()?.status).toBe(200))
  await until(() => expect([silent, awake, desk].map((phone) => phone.cancels())).toEqual([1, 0, 1]))
  await until(() => expect(nobody.final()?.status).toBe(480))
  expect([silent, awake, desk].map((phone) => phone.invites())).toEqual([1, 1, 1])
}

async function whileStopped<T>(program: Program, work: () => Promise<T>): Promise<T> {
  program.signal('SIGSTOP')
  return work().finally(() => program.signal('SIGCONT'))
}

async function wakes(name: string): Promise<void> {
  const phone = await world.asleep(world.user(), name)
  const call = world.pbx.call(phone.user)
  await world.woken(name)
  phone.wake()
  phone.register()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
}

test('the PNS hangs', async () => {
  await whileStopped(pns, ringsAll)
  await wakes('after-a-hanging-pns')
})

test('the PNS is slow: a phone that sleeps is woken as soon as it answers', async () => {
  const phone = await world.asleep(world.user(), 'patient')
  const call = await whileStopped(pns, async () => {
    const call = world.pbx.call(phone.user)
    // The third goes out when the PNS has been asked.
    await until(() => expect(phone.got('OPTIONS')).toHaveLength(3))
    return call
  })
  await world.woken('patient')
  phone.wake()
  phone.register()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
})

test('the relay hangs', async () => {
  await whileStopped(world.cloud, ringsAll)
  await wakes('after-a-hanging-relay')
})

test('the holder hangs', async () => {
  await whileStopped(world.holder(), ringsAll)
  await wakes('after-a-hanging-holder')
})

test('the holder starts again: a call that was held goes to the phone that wakes, and to none once its caller has hung up', async () => {
  const [wakes, late] = await Promise.all([world.asleep(world.user(), 'stays'), world.asleep(world.user(), 'goes')])
  const [call, cancelled] = [world.pbx.call(wakes.user), world.pbx.call(late.user)]
  await Promise.all(['stays', 'goes'].map((name) => world.woken(name)))
  await world.restartHolder()
  cancelled.cancel()
  await until(() => expect(cancelled.isCancelled()).toBe(true))
  for (const phone of [wakes, late]) {
    phone.wake()
    phone.register()
  }
  await until(() => expect(call.final()?.status).toBe(200))
  // REGISTERs of one user are handled one after the other: with the second, all that the first brought has been sent.
  late.register()
  await until(() => expect(late.responses.filter(({ status }) => status === 200)).toHaveLength(3))
  expect([wakes, late].map((phone) => phone.invites())).toEqual([1, 0])
})

test('Kamailio starts again: it knows where phones are', async () => {
  const sleeper = await world.asleep(world.user(), 'bound')
  const desk = await world.phone(world.user())
  await world.restartKamailio('SIGTERM')
  const calls = [sleeper, desk].map(({ user }) => world.pbx.call(user))
  await world.woken('bound')
  sleeper.wake()
  await until(() => expect(calls.map((call) => call.final()?.status)).toEqual([200, 200]))
  expect([sleeper, desk].map((phone) => phone.invites())).toEqual([1, 1])
})

test('Kamailio dies: a phone whose binding is lost is woken, and binds itself again', async () => {
  const sleeper = await world.asleep(world.user(), 'unbound')
  const desk = await world.phone(world.user())
  await world.restartKamailio('SIGKILL')
  const [call, nobody] = [world.pbx.call(sleeper.user), world.pbx.call(desk.user)]
  await until(() => expect(nobody.final()?.status).toBe(480))
  await world.woken('unbound')
  sleeper.wake()
  sleeper.register()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(sleeper.invites()).toBe(1)
})

test('the relay is down', async () => {
  await world.cloud.end('SIGKILL')
  await ringsAll()
})

test('the PNS is down', async () => {
  await pns.end('SIGKILL')
  await ringsAll()
})

test('the holder is gone: a call that it held goes to the phone that wakes, new ones are not held', async () => {
  const user = world.user()
  const phone = await world.phone(user, { push: pushOf('held') })
  phone.sleep()
  const held = world.pbx.call(user)
  await until(() => expect(held.statuses()).toContain(180))
  await world.holder().end('SIGKILL')
  phone.wake()
  phone.register()
  await until(() => expect(held.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
  await ringsAll()
  const unheld = await silentPhone(world.user(), 'unheld')
  await until(() => {
    world.pbx.call(unheld.user)
    expect(unheld.invites()).toBeGreaterThan(unheld.pings())
  })
})

/** A gateway dies, and another one has its address: with bindings, holder and PNS of its own. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ defines: '#!define TOPOLOGY_HIDING' })
})
afterAll(() => world?.close())

test('who sleeps is woken there, who talks goes on, and who cannot be pushed to has to register again', async () => {
  const sleeper = await world.asleep(world.user(), 'over')
  const talks = await world.phone(world.user(), { push: pushOf('talks') })
  const desk = await world.phone(world.user())
  const talk = world.pbx.call(talks.user)
  await until(() => expect(talk.final()?.status).toBe(200))
  await world.failOver()

  talk.hangUp()
  await until(() => expect(talks.got('BYE')).toHaveLength(1))

  const missed = world.pbx.call(desk.user)
  await until(() => expect(missed.final()?.status).toBe(480))
  expect(desk.invites()).toBe(0)
  desk.register()
  await until(() => expect(desk.responses.filter(({ status }) => status === 200)).toHaveLength(2))
  const reached = world.pbx.call(desk.user)
  await until(() => expect(reached.final()?.status).toBe(200))

  const call = world.pbx.call(sleeper.user)
  await world.woken('over')
  expect(sleeper.invites()).toBe(0)
  sleeper.wake()
  sleeper.register()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(sleeper.invites()).toBe(1)
})

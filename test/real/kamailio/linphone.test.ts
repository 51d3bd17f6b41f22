/** Linphone says in its Contact what pushes to it (RFC 8599): nothing else knows its device, and none of its code is ours. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import { softphonesIn } from './softphones.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

test('it registers, sleeps, is woken, and answers; when it unregisters, its device is removed', async () => {
  const [user, params] = [world.user(), pushOf('ada').slice(1)]
  const { linphone } = softphonesIn(world.dir)
  const before = linphone(user, params)
  await world.known(user)
  await before.sleep()
  const call = world.pbx.call(user)
  await world.woken('ada')
  const after = linphone(user, params)
  await until(() => expect(call.final()?.status).toBe(200))
  await until(() => expect(after.output()).toContain('LinphoneCallConnected'))
  call.hangUp()
  await until(async () => expect(await world.trace(call.callId, user)).toContain('"step":"woke"'))
  after.quit()
  await until(async () => expect(await world.curl(`/devices?extension=${user}`)).toContain('"devices":[]'))
})

/** Phones that unregister: their binding and their device go, and nobody else's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headerOf } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import { openWorld, pushOf, type World } from './world.ts'

describe.each(['here', 'at the PBX'] as const)('the registrar is %s', (registrar) => {
  let world: World
  beforeAll(async () => {
    world = await openWorld({ registrar })
  })
  afterAll(() => world?.close())

  type Phone = Awaited<ReturnType<World['phone']>>

  async function unregister(phone: Phone, place?: string): Promise<void> {
    const before = phone.responses.length
    phone.register({ expires: 0, ...(place && { place }) })
    await until(() => expect(phone.responses.slice(before).map(({ status }) => status)).toEqual([200]))
  }

  const devices = async (user: string): Promise<number> =>
    JSON.parse(await world.curl(`/devices?extension=${user}`)).devices.length

  async function isNowhere(user: string): Promise<void> {
    await until(async () => expect(await devices(user)).toBe(0))
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(480))
  }

  test('a phone takes its binding and its device away', async () => {
    const phone = await world.phone(world.user(), { push: pushOf('leaves') })
    await world.known(phone.user)
    await unregister(phone)
    await isNowhere(phone.user)
  })

  test('a phone that leaves a place where it is no more stays where it is, with its device', async () => {
    const push = pushOf('moved')
    const before = await world.phone(world.user(), { push })
    const there = await world.phone(before.user, { push, instance: before.instance })
    await world.known(before.user)
    const asked = world.pbx.requests.length
    await unregister(before)
    const said = world.pbx.requests.slice(asked).filter(({ method }) => method === 'REGISTER')
    expect(said.map((request) => headerOf(request, 'Contact'))).toEqual(registrar === 'here' ? [] : [undefined])
    const call = world.pbx.call(before.user)
    await until(() => expect(call.final()?.status).toBe(200))
    expect([before.invites(), there.invites(), await devices(before.user)]).toEqual([0, 1, 1])
  })

  test('a phone that takes all away leaves nobody', async () => {
    const user = world.user()
    const phones = [await world.phone(user, { push: pushOf('one') }), await world.phone(user, { push: pushOf('two') })]
    await world.known(user, 2)
    await unregister(phones[0] as Phone, '*')
    await isNowhere(user)
    for (const phone of phones) expect(phone.invites()).toBe(0)
  })

  test('a phone whose binding is lost takes its device away', async () => {
    const phone = await world.phone(world.user(), { push: pushOf('lost') })
    await world.known(phone.user)
    await world.restartKamailio('SIGKILL')
    await unregister(phone)
    await isNowhere(phone.user)
  })
})

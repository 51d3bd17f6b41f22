/** Calls with topology hiding go on as without it, and a phone sees no address of the PBX. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { headerOf, headersOf } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import type { openPhone } from './phone.ts'
import { openWorld, pushOf, type World } from './world.ts'

type Phone = Awaited<ReturnType<typeof openPhone>>

const PBX = '127.0.0.2'
const METHODS = ['INVITE', 'ACK', 'BYE']

/** What a phone sees of the way to the PBX, in its first request of a method. */
function wayIn(phone: Phone, method: string): string {
  const [request] = phone.got(method)
  if (!request) throw new Error(`no ${method} came`)
  return ['Via', 'Record-Route', 'Contact'].flatMap((name) => headersOf(request, name)).join('\n')
}

/** The phone ends the call that it answered. */
function hangUp(phone: Phone): void {
  const [invite] = phone.got('INVITE')
  if (!invite) throw new Error('no INVITE came')
  const header = (name: string) => headerOf(invite, name) ?? ''
  phone.request('BYE', /<([^>]*)>/.exec(header('Contact'))?.[1] ?? '', [
    ...headersOf(invite, 'Record-Route').map((hop) => ['Route', hop] as const),
    ['From', `${header('To')};tag=tag-${phone.address()}`],
    ['To', header('From')],
    ['Call-ID', header('Call-ID')],
  ])
}

let world: World

async function talk(name: string) {
  const phone = await world.phone(world.user(), { push: pushOf(name) })
  const call = world.pbx.call(phone.user)
  await until(() => expect(call.final()?.status).toBe(200))
  await until(() => expect(phone.got('ACK')).toHaveLength(1))
  return { phone, call }
}

describe('as shipped', () => {
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  test('a phone sees where the PBX is', async () => {
    const { phone } = await talk('shown')
    expect(wayIn(phone, 'INVITE')).toContain(PBX)
  })
})

describe.concurrent('hidden', () => {
  beforeAll(async () => {
    world = await openWorld({ defines: '#!define TOPOLOGY_HIDING' })
  })
  afterAll(() => world.close())

  test('a phone sees no address of the PBX, nor the PBX one of the phone; the PBX hangs up', async () => {
    const { phone, call } = await talk('hidden')
    call.hangUp()
    await until(() => expect(phone.got('BYE')).toHaveLength(1))
    for (const method of METHODS) expect(wayIn(phone, method)).not.toContain(PBX)
    expect(headerOf(call.final() ?? { headers: [] }, 'Contact')).not.toContain(phone.address())
  })

  test('the phone hangs up', async () => {
    const { phone, call } = await talk('ends')
    hangUp(phone)
    const ended = () =>
      world.pbx.requests.filter((request) => request.method === 'BYE' && headerOf(request, 'Call-ID') === call.callId)
    await until(() => expect(ended()).toHaveLength(1))
    await until(() => expect(phone.responses.at(-1)?.status).toBe(200))
  })

  test('a phone that wakes gets the call of its push, once', async () => {
    const phone = await world.asleep(world.user(), 'wakes-hidden')
    const call = world.pbx.call(phone.user)
    await world.woken('wakes-hidden')
    phone.wake()
    phone.register()
    await until(() => expect(call.final()?.status).toBe(200))
    const [invite] = phone.got('INVITE')
    expect(invite && headerOf(invite, 'X-Wakecall-Call-Id')).toBe(`${call.callId}-${phone.user}`)
    expect(phone.invites()).toBe(1)
    expect(wayIn(phone, 'INVITE')).not.toContain(PBX)
  })

  test('a repeated INVITE rings once, and the caller who hangs up takes it back', async () => {
    const phone = await world.phone(world.user(), { push: pushOf('rung-hidden'), behaviour: 'rings' })
    const call = world.pbx.call(phone.user)
    await until(() => expect(phone.invites()).toBe(1))
    call.repeat()
    call.cancel()
    await until(() => expect(call.final()?.status).toBe(487))
    await until(() => expect([phone.invites(), phone.uncancelled()]).toEqual([1, 0]))
  })

  test('a phone that wakes when its call is over gets a short ring', async () => {
    const phone = await world.asleep(world.user(), 'late-hidden', { behaviour: 'rings' })
    const call = world.pbx.call(phone.user)
    await world.woken('late-hidden')
    call.cancel()
    await until(() => expect(call.final()?.status).toBe(487))
    phone.wake()
    phone.register()
    await until(() => expect([phone.invites(), phone.uncancelled()]).toEqual([1, 0]))
  })
})

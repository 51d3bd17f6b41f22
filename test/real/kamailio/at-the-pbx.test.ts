/** The PBX registers phones: the gateway is in between, and knows where they are when the PBX has accepted them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headerOf, type SipRequest } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import { squat } from './links.ts'
import { openPhone } from './phone.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ registrar: 'at the PBX', streams: true })
})
afterAll(() => world?.close())

const atThePbx = (user: string): SipRequest[] =>
  world.pbx.requests.filter((request) => request.method === 'REGISTER' && headerOf(request, 'To')?.includes(`sip:${user}@`))

test('the PBX has one binding for all phones, without their tokens; each phone has its own Contact in the answer', async () => {
  const user = world.user()
  const phones = [await world.phone(user, { push: pushOf('a') }), await world.phone(user, { push: pushOf('b') })]
  expect(atThePbx(user).map((request) => headerOf(request, 'Contact'))).toEqual([
    `<sip:${user}@127.0.0.1:5060>;expires=300`,
    `<sip:${user}@127.0.0.1:5060>;expires=300`,
  ])
  for (const [i, phone] of phones.entries()) {
    const contacts = phone.responses.map((response) => headerOf(response, 'Contact'))
    expect(contacts).toEqual([
      `<sip:${user}@${phone.address()}${pushOf(i ? 'b' : 'a')}>;+sip.instance="${phone.instance}";expires=300`,
    ])
  }
})

test.each(['TCP', 'TLS', 'WS'] as const)(
  'a phone over %s that has left its connection is woken, and never called up',
  async (transport) => {
    const [user, name] = [world.user(), `left-${transport}`]
    const phone = await world.phone(user, { transport, push: pushOf(name) })
    await world.known(user)
    const where = phone.address()
    await phone.leave()
    const squatter = transport === 'WS' ? undefined : await squat(where)
    const call = world.pbx.call(user)
    await world.woken(name)
    await phone.comeBack()
    await until(() => expect(call.final()?.status).toBe(200))
    expect([phone.invites(), squatter?.connections() ?? 0]).toEqual([1, 0])
    call.hangUp()
    await until(() => expect(phone.got('BYE')).toHaveLength(1))
  },
)

test('a phone that sleeps is woken', async () => {
  const phone = await world.asleep(world.user(), 'asleep')
  const call = world.pbx.call(phone.user)
  await world.woken('asleep')
  phone.wake()
  phone.register()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
})

test('whom the PBX refuses is nowhere, and gets no call', async () => {
  const user = world.user()
  world.pbx.refuse(user)
  const phone = await openPhone(user, '127.0.1.1', { push: pushOf('refused') })
  phone.register()
  await until(() => expect(phone.responses.at(-1)?.status).toBe(401))
  const call = world.pbx.call(user)
  await until(() => expect(call.final()?.status).toBe(480))
  expect(phone.requests).toEqual([])
  await phone.close()
})

test('one of two phones that unregisters leaves the binding of the PBX; the last one takes it away', async () => {
  const user = world.user()
  const [first, second] = [await world.phone(user), await world.phone(user)]
  for (const phone of [first, second]) {
    phone.register({ expires: 0 })
    await until(() => expect(phone.responses.filter(({ status }) => status === 200)).toHaveLength(2))
  }
  const [, , query, removal] = atThePbx(user)
  expect(query && headerOf(query, 'Contact')).toBeUndefined()
  expect(removal && headerOf(removal, 'Contact')).toBe(`<sip:${user}@127.0.0.1:5060>;expires=0`)
  const call = world.pbx.call(user)
  await until(() => expect(call.final()?.status).toBe(480))
})

test.each([
  [';pn-provider=apns;pn-param=T.b.voip;pn-prid=aa', 200, '*;+sip.pns="apns"'],
  [';pn-provider=fcm;pn-param=p;pn-prid=aa', 200, '*;+sip.pns="fcm"'],
  [';pn-provider', 200, '*;+sip.pns="apns", *;+sip.pns="fcm"'],
  [';pn-provider=;pn-param=x', 200, '*;+sip.pns="apns", *;+sip.pns="fcm"'],
  [';pn-provider=FCM;pn-param=p;pn-prid=aa', 200, '*;+sip.pns="fcm"'],
  [';pn-provider=%61pns;pn-param=T.b.voip;pn-prid=aa', 200, '*;+sip.pns="apns"'],
  [';pn-provider=firebase;pn-param=p;pn-prid=aa', 200, '*;+sip.pns="fcm"'],
  [';pn-provider=webpush;pn-prid=aa', 555, undefined],
  ['', 200, undefined],
])('a REGISTER with %j is answered %i, Feature-Caps %j', async (push, status, caps) => {
  const phone = await openPhone(world.user(), '127.0.1.1', { push })
  phone.register()
  await until(() => expect(phone.responses.at(-1)?.status).toBe(status))
  const [answer] = phone.responses
  expect(answer && headerOf(answer, 'Feature-Caps')).toBe(caps)
  await phone.close()
})

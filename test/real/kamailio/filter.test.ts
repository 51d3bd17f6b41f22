/** What is let in, and what goes nowhere: each with the counter that tells of it. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headerOf } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import { openUa } from './ua.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

const dropped = async (reason: string): Promise<number> => {
  const metrics = await world.curl('/metrics')
  return Number(new RegExp(`wakecall_gateway_dropped_total\\{reason="${reason}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0)
}

/** Somebody on another address. */
const stranger = (host = '127.0.3.1') => openUa(host, () => {})

const from = (user: string, domain = '127.0.0.1') => ['From', `<sip:${user}@${domain}>;tag=x`] as const

const DROPPED: Record<string, { method: string; uri: string; headers: (readonly [string, string])[]; reason: string }> = {
  'a scanner': {
    method: 'REGISTER',
    uri: 'sip:127.0.0.1',
    headers: [
      ['User-Agent', 'friendly-scanner'],
      ['To', '<sip:100@127.0.0.1>'],
    ],
    reason: 'scanner',
  },
  'a REGISTER of a foreign domain': {
    method: 'REGISTER',
    uri: 'sip:other.example',
    headers: [['To', '<sip:100@other.example>']],
    reason: 'domain',
  },
  'a user of more than 64 characters': {
    method: 'REGISTER',
    uri: 'sip:127.0.0.1',
    headers: [['To', `<sip:${'1'.repeat(65)}@127.0.0.1>`]],
    reason: 'domain',
  },
  'a call of nobody of ours': {
    method: 'INVITE',
    uri: 'sip:00442079460000@other.example',
    headers: [from('me', 'other.example')],
    reason: 'domain',
  },
  'a call in the name of a user': {
    method: 'INVITE',
    uri: 'sip:00442079460000@127.0.0.1',
    headers: [from('1001')],
    reason: 'stranger',
  },
  'what is too long': { method: 'OPTIONS', uri: 'sip:127.0.0.1', headers: [['X-Long', 'a'.repeat(9000)]], reason: 'malformed' },
  'what is no SIP': { method: 'OPTIONS', uri: 'sip:127.0.0.1', headers: [['CSeq', '1 INVITE']], reason: 'malformed' },
}

test.each(Object.entries(DROPPED))('%s gets no answer, and is counted', async (_, { method, uri, headers, reason }) => {
  const ua = await stranger()
  const before = await dropped(reason)
  const reached = world.pbx.requests.length
  ua.request(method, uri, headers)
  await until(async () => expect(await dropped(reason)).toBe(before + 1))
  expect(ua.responses.filter(({ status }) => status < 400)).toEqual([])
  expect(world.pbx.requests).toHaveLength(reached)
  await ua.close()
})

test('another method is refused; a ping is answered; two Contacts are not taken', async () => {
  const ua = await stranger('127.0.3.2')
  ua.request('PUBLISH', 'sip:127.0.0.1', [])
  await until(() => expect(ua.responses.at(-1)?.status).toBe(405))
  ua.request('OPTIONS', 'sip:127.0.0.1', [])
  await until(() => expect(ua.responses.at(-1)?.status).toBe(200))
  const contacts = ['Contact', `<sip:1001@${ua.address()}>, <sip:1001@192.0.2.1>`] as const
  ua.request('REGISTER', 'sip:127.0.0.1', [['To', '<sip:1001@127.0.0.1>'], contacts])
  await until(() => expect(ua.responses.at(-1)?.status).toBe(400))
  await ua.close()
})

test('a request of no call goes nowhere', async () => {
  const ua = await stranger('127.0.3.3')
  const reached = world.pbx.requests.length
  ua.request('BYE', 'sip:1002@127.0.0.2:5060', [['To', '<sip:1002@127.0.0.2>;tag=y']])
  await until(() => expect(ua.responses.at(-1)?.status).toBe(404))
  expect(world.pbx.requests).toHaveLength(reached)
  await ua.close()
})

test('a registered phone calls by way of the PBX, which sees nothing of its tokens', async () => {
  const user = world.user()
  const phone = await world.phone(user, { push: pushOf('calls') })
  phone.request('INVITE', 'sip:00442079460000@127.0.0.1', [
    from(user),
    ['Contact', `<sip:${user}@${phone.address()}${pushOf('calls')}>`],
  ])
  const called = () => world.pbx.requests.findLast(({ method }) => method === 'INVITE')
  await until(() => expect(called()).toBeDefined())
  const invite = called()
  expect(invite && headerOf(invite, 'Contact')).toBe(`<sip:${user}@${phone.address()}>`)
})

test('a registered phone calls from port 5060, which its Contact need not say; another address in its name does not', async () => {
  const user = world.user()
  const phone = await world.phone(user, { port: 5060 })
  phone.register({ place: phone.address().replace(':5060', '') })
  await until(() => expect(phone.responses).toHaveLength(2))
  const called = (number: string) => world.pbx.requests.filter(({ uri }) => uri.startsWith(`sip:${number}@`)).length
  const other = await stranger('127.0.3.5')
  const before = await dropped('stranger')
  other.request('INVITE', 'sip:4402@127.0.0.1', [from(user)])
  phone.request('INVITE', 'sip:4401@127.0.0.1', [from(user)])
  await until(() => expect(called('4401')).toBe(1))
  await until(async () => expect(await dropped('stranger')).toBe(before + 1))
  expect(called('4402')).toBe(0)
  await other.close()
})

test('a flood of one address goes nowhere, and a call that comes meanwhile rings', async () => {
  const user = world.user()
  const phone = await world.phone(user)
  const ua = await stranger('127.0.3.4')
  const before = await dropped('flood')
  const attack = [
    ['To', '<sip:1@127.0.0.1>'],
    ['Contact', `<sip:1@${ua.address()}>`],
  ] as const
  // As fast as they are taken: what overflows the socket is the kernel's to drop.
  const flood = (async () => {
    for (let sent = 0; sent < 5000; sent += 1) {
      ua.request('REGISTER', 'sip:127.0.0.1', attack)
      if (sent % 20 === 0) await nextTurn()
    }
  })()
  await until(async () => expect(await dropped('flood')).toBeGreaterThan(before))
  const call = world.pbx.call(user)
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
  await until(async () => expect(await dropped('flood')).toBeGreaterThan(before + 100))
  await flood
  await ua.close()
})

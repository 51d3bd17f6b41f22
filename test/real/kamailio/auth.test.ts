/** The gateway is the registrar, and asks for passwords. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { headerOf, type SipResponse } from '../../../pbx/kamailio/sip/message.ts'
import { until } from '../asterisk/until.ts'
import { credentialsFor, ha1Of, REALM } from './digest.ts'
import { openPhone } from './phone.ts'
import { fresh, openUa } from './ua.ts'
import { openWorld, type World } from './world.ts'

const PASSWORD = 'a secret: "of" ours'
const USERS = Array.from({ length: 20 }, (_, i) => String(1001 + i))
const rowOf = (user: string) => `('${user}', '${REALM}', '${ha1Of(user, PASSWORD)}')`

let world: World
beforeAll(async () => {
  world = await openWorld({
    // With an rtpengine that is not there: either looks at what UDP repeats.
    defines: '#!define AUTH_HERE\n#!define RTPENGINE',
    tables: `INSERT INTO subscriber (username, domain, ha1) VALUES ${USERS.map(rowOf).join()};`,
  })
})
afterAll(() => world?.close())

const statusesOf = (phone: { responses: SipResponse[] }) => phone.responses.map(({ status }) => status)
const metrics = () => world.curl('/metrics')

/** One that tries again and again. */
async function registering(user: string, password: string, host: string) {
  const phone = await openPhone(user, host, { password })
  phone.register()
  return phone
}

test('a phone with its password is registered, woken and called', async () => {
  const phone = await world.asleep(world.user(), 'known', { password: PASSWORD })
  expect(statusesOf(phone)).toEqual([401, 200])
  const call = world.pbx.call(phone.user)
  await world.woken('known')
  phone.wake()
  phone.register()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(phone.invites()).toBe(1)
})

test.each([
  ['with another password', '127.0.4.1', () => world.user(), 'not-it'],
  ['of a user whom nobody knows', '127.0.4.5', () => '9999', PASSWORD],
])('a phone %s is not', async (_, host, userOf, password) => {
  const user = userOf()
  const phone = await registering(user, password, host)
  await until(() => expect(statusesOf(phone).slice(0, 2)).toEqual([401, 401]))
  await phone.close()
  const call = world.pbx.call(user)
  await until(() => expect(call.final()?.status).toBe(480))
})

test("nobody registers in another's name with a password of his own", async () => {
  const [mine, victim] = [world.user(), world.user()]
  const thief = await openUa('127.0.4.2', () => {})
  const ask = (headers: [string, string][] = []) =>
    thief.request('REGISTER', 'sip:127.0.0.1', [
      ['From', `<sip:${victim}@127.0.0.1>;tag=t`],
      ['To', `<sip:${victim}@127.0.0.1>`],
      ['Contact', `<sip:${victim}@${thief.address()}>`],
      ...headers,
    ])
  ask()
  await until(() => expect(statusesOf(thief)).toEqual([401]))
  const challenge = thief.responses[0] as SipResponse
  ask([credentialsFor(challenge, { method: 'REGISTER', uri: 'sip:127.0.0.1', user: mine, password: PASSWORD })])
  await until(() => expect(statusesOf(thief)).toEqual([401, 401]))
  await thief.close()
})

test('what was heard on the way is worth nothing', async () => {
  const phone = await world.phone(world.user(), { password: PASSWORD })
  const challenge = phone.responses[0] as SipResponse
  const credentials = { method: 'REGISTER', uri: 'sip:127.0.0.1', user: phone.user, password: PASSWORD }
  const eve = await openUa('127.0.4.3', () => {})
  const ask = (count: number) =>
    eve.request('REGISTER', 'sip:127.0.0.1', [
      ['From', `<sip:${phone.user}@127.0.0.1>;tag=t`],
      ['To', `<sip:${phone.user}@127.0.0.1>`],
      ['Contact', `<sip:${phone.user}@${eve.address()}>`],
      credentialsFor(challenge, { ...credentials, count }),
    ])
  ask(1)
  await until(() => expect(statusesOf(eve)).toEqual([401]))
  // Who knows the password counts on.
  ask(2)
  await until(() => expect(statusesOf(eve)).toEqual([401, 200]))
  await eve.close()
})

test('a request that UDP repeats hears its answer again, and no challenge', async () => {
  const user = world.user()
  const ua = await openUa('127.0.4.6', () => {})
  const [tag, uris] = [fresh('r'), { REGISTER: ['sip:127.0.0.1', user], INVITE: ['sip:1002@127.0.0.1', '1002'] } as const]
  for (const method of ['REGISTER', 'INVITE'] as const) {
    const [uri, to] = uris[method]
    const answers = (cseq: number) =>
      ua.responses.filter((response) => headerOf(response, 'CSeq') === `${cseq} ${method}` && response.status > 199)
    const ask = (cseq: number, headers: [string, string][] = []) =>
      ua.request(method, uri, [
        ['Via', `SIP/2.0/UDP ${ua.address()};branch=z9hG4bK${tag}${method}${cseq};rport`],
        ['From', `<sip:${user}@127.0.0.1>;tag=${tag}`],
        ['To', `<sip:${to}@127.0.0.1>`],
        ['Call-ID', `${tag}${method}`],
        ['CSeq', `${cseq} ${method}`],
        ['Contact', `<sip:${user}@${ua.address()}>`],
        ...headers,
      ])
    ask(1)
    await until(() => expect(answers(1)).not.toEqual([]))
    const credentials = credentialsFor(answers(1)[0] as SipResponse, { method, uri, user, password: PASSWORD })
    ask(2, [credentials])
    await until(() => expect(answers(2)).toHaveLength(1))
    ask(2, [credentials])
    await until(() => expect(answers(2)).toHaveLength(2))
    expect(answers(2).map(({ status }) => status)).toEqual([200, 200])
  }
  expect(world.pbx.requests.filter((request) => headerOf(request, 'Call-ID') === `${tag}INVITE`)).toHaveLength(1)
  await ua.close()
})

test('a call of a phone to the PBX is asked for its password', async () => {
  const phone = await world.phone(world.user(), { password: PASSWORD })
  const [uri, callId] = ['sip:1002@127.0.0.1', fresh('c')]
  const invite = (cseq: number, headers: [string, string][] = []) =>
    phone.request('INVITE', uri, [
      ['From', `<sip:${phone.user}@127.0.0.1>;tag=${callId}`],
      ['Call-ID', callId],
      ['CSeq', `${cseq} INVITE`],
      ['Contact', `<sip:${phone.user}@${phone.address()}>`],
      ...headers,
    ])
  const answers = () => phone.responses.filter((response) => headerOf(response, 'Call-ID') === callId && response.status > 199)
  invite(1)
  await until(() => expect(answers()[0]?.status).toBeGreaterThanOrEqual(401))
  expect(world.pbx.requests.some((request) => headerOf(request, 'Call-ID') === callId)).toBe(false)
  const challenge = answers()[0] as SipResponse
  invite(2, [credentialsFor(challenge, { method: 'INVITE', uri, user: phone.user, password: PASSWORD })])
  await until(() => expect(answers().at(-1)?.status).toBe(200))
  const passed = world.pbx.requests.find((request) => headerOf(request, 'Call-ID') === callId && request.method === 'INVITE')
  expect(passed?.headers.map(([name]) => name)).not.toContain('Proxy-Authorization')
})

test('who guesses is refused for a while, the right password included; the user elsewhere, and others there, are served', async () => {
  const [user, other, there] = [world.user(), world.user(), '127.0.4.4']
  const guesser = await registering(user, 'guess', there)
  await until(() => expect(statusesOf(guesser)).toContain(403))
  await guesser.close()
  await until(async () => expect(await metrics()).toMatch(/dropped_total\{reason="guesser"\} [1-9]/))
  const [late, neighbour] = [await registering(user, PASSWORD, there), await registering(other, PASSWORD, there)]
  await until(() => expect(statusesOf(neighbour)).toEqual([401, 200]))
  await until(() => expect(statusesOf(late)).toEqual([403]))
  await world.phone(user, { password: PASSWORD })
  for (const phone of [late, neighbour]) await phone.close()
})

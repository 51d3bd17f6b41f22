/** Phones over TCP, TLS and WebSocket: one that sleeps has left its connection. */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import { until } from '../asterisk/until.ts'
import { GATEWAY, squat, type Transport } from './links.ts'
import { fresh, openUa } from './ua.ts'
import { openWorld, pushOf, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld({ streams: true })
})
afterAll(() => world?.close())

describe.concurrent.each<Transport>(['TCP', 'TLS', 'WS'])('over %s', (transport) => {
  test('a phone that is awake answers its ping, and rings without a push', async () => {
    const [user, name] = [world.user(), fresh('awake')]
    const phone = await world.phone(user, { transport, push: pushOf(name) })
    await world.known(user)
    const call = world.pbx.call(user)
    await until(() => expect(call.final()?.status).toBe(200))
    await until(() => expect(phone.got('ACK')).toHaveLength(1))
    expect([phone.invites(), phone.pings(), world.seen(name, 'push')]).toEqual([1, 1, []])
    call.hangUp()
    await until(() => expect(phone.got('BYE')).toHaveLength(1))
  })

  test('one that has left is pushed to, and rings over its new connection', async () => {
    const [user, name] = [world.user(), fresh('left')]
    const phone = await world.phone(user, { transport, push: pushOf(name) })
    await world.known(user)
    await phone.leave()
    const call = world.pbx.call(user)
    await world.woken(name)
    await phone.comeBack()
    await until(() => expect(call.final()?.status).toBe(200))
    await until(() => expect(phone.got('ACK')).toHaveLength(1))
    expect([phone.invites(), phone.cancels()]).toEqual([1, 0])
    call.hangUp()
    await until(() => expect(phone.got('BYE')).toHaveLength(1))
  })

  test('one that has left is not rung if the caller hangs up, and hears of it when it comes', async () => {
    const [user, name] = [world.user(), fresh('late')]
    const phone = await world.phone(user, { transport, push: pushOf(name), behaviour: 'rings' })
    await world.known(user)
    await phone.leave()
    const call = world.pbx.call(user)
    await world.woken(name)
    call.cancel()
    await until(() => expect(call.final()?.status).toBe(487))
    expect(phone.invites()).toBe(0)
    await phone.comeBack()
    await until(() => expect(phone.cancels()).toBe(1))
    expect(phone.uncancelled()).toBe(0)
  })

  test('a phone calls the PBX', async () => {
    const user = world.user()
    const phone = await world.phone(user, { transport })
    phone.request('INVITE', `sip:1002@${GATEWAY.host}`, [
      ['From', `<sip:${user}@${GATEWAY.host}>;tag=${fresh('t')}`],
      ['Contact', `<sip:${user}@${phone.address()}>`],
    ])
    await until(() => expect(phone.responses.at(-1)?.status).toBe(200))
    const stranger = await openUa('127.0.3.9', () => {}, { transport })
    stranger.request('INVITE', `sip:1002@${GATEWAY.host}`, [['From', `<sip:${user}@${GATEWAY.host}>;tag=${fresh('t')}`]])
    stranger.request('OPTIONS', `sip:${GATEWAY.host}`, [])
    await until(() => expect(stranger.responses.map(({ status }) => status)).toEqual([200]))
    await stranger.close()
  })
})

test('nobody is called up where a phone was', async () => {
  const [user, name] = [world.user(), fresh('gone')]
  const phone = await world.phone(user, { transport: 'TCP', push: pushOf(name) })
  await world.known(user)
  const where = phone.address()
  await phone.leave()
  const squatter = await squat(where)
  const call = world.pbx.call(user)
  await world.woken(name)
  await phone.comeBack()
  await until(() => expect(call.final()?.status).toBe(200))
  expect(squatter.connections()).toBe(0)
  await squatter.visit()
  expect(squatter.connections()).toBe(1)
})

/** The status that a WebSocket's handshake is answered with. */
async function handshake(protocols: string[], options: ClientOptions = {}): Promise<number | undefined> {
  const socket = new WebSocket(`ws://${GATEWAY.host}:${GATEWAY.port}`, protocols, options)
  const { promise, resolve } = Promise.withResolvers<number | undefined>()
  socket
    .once('upgrade', ({ statusCode }) => resolve(statusCode))
    .once('unexpected-response', (_, { statusCode }) => resolve(statusCode))
  socket.on('error', () => {})
  const status = await promise
  socket.terminate()
  return status
}

test.each([
  ['a page of ours', ['sip'], { origin: 'https://phone.example.com' }, 101],
  ['a program', ['sip'], {}, 101],
  ['a page of somebody else', ['sip'], { origin: 'https://evil.example' }, 403],
  ['a page with a name like ours', ['sip'], { origin: 'https://phone-example.com' }, 403],
  ['another protocol', ['mqtt'], {}, 404],
  ['no protocol', [], {}, 404],
])('a WebSocket of %s', async (_, protocols, options, status) => {
  expect(await handshake(protocols, options)).toBe(status)
})

test('HTTP is for nothing else', async () => {
  const [response] = (await once(get({ host: GATEWAY.host, port: GATEWAY.port }), 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(404)
})

test('what is no SIP over TLS is hung up on, and phones go on', async () => {
  const socket = connectTls({ host: GATEWAY.host, port: GATEWAY.tlsPort, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  socket.on('error', () => {}).end('Hello?\r\n\r\n')
  await once(socket, 'close')
  await world.phone(world.user(), { transport: 'TLS' })
})

test('a flood over one connection goes nowhere, and is counted', async () => {
  const flood = await openUa('127.0.3.11', () => {}, { transport: 'TCP' })
  for (let i = 0; i < 1_000; i++) flood.request('OPTIONS', `sip:${GATEWAY.host}`, [])
  const metrics = () => world.curl('/metrics')
  await until(async () => expect(await metrics()).toMatch(/dropped_total\{reason="flood"\} [1-9]/))
  expect(flood.responses.length).toBeLessThan(1_000)
  await flood.close()
})

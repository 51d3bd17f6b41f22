import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openPns, PnsFailed } from '../../pbx/pns.ts'
import { runBoth, temporaryDir } from '../client/harness.ts'
import { ALERT, FCM, VOIP } from '../client/keys.ts'
import { problem } from '../client/stub-relay.ts'
import { until } from './ari-harness.ts'

const TOKEN = 'a token of sixteen or more'.replaceAll(' ', '-')
const PHONE = { extension: '1001', platform: 'ios', token: VOIP, alertToken: ALERT } as const
const CALL = { to: '1001', from: '1002', callId: '1700000000.1-1001', ringSeconds: 20 }

async function client({ token, ...overrides }: { token?: string; listen?: string; localToken?: string } = {}) {
  const both = await runBoth(overrides)
  const pns = openPns(both.pns.url, token, 2_000)
  onTestFinished(pns.close)
  return { ...both, pns, http: both.pns }
}

const failureOf = async (work: Promise<unknown>) => {
  const error = await work.catch((reason) => reason)
  expect(error).toBeInstanceOf(PnsFailed)
  return error as PnsFailed
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a call: pushed, with its name and without, cancelled', async () => {
  const { relay, pns } = await client()
  expect(await pns.pushCall({ ...CALL, name: 'Ada' })).toEqual([expect.any(String)])
  expect(await pns.pushCall({ ...CALL, callId: 'b', name: undefined })).toHaveLength(1)
  await pns.cancelCall(CALL.callId, 'answered_elsewhere')
  const [named, nameless] = relay.to('POST', '/v1/calls').map(({ body }) => body)
  expect(named).toMatchObject({ callId: CALL.callId, to: '1001', from: { number: '1002', name: 'Ada' }, ringSeconds: 20 })
  expect(nameless?.from).toEqual({ number: '1002' })
  expect(relay.to('DELETE', '/v1/calls/')).toMatchObject([
    { path: `/v1/calls/${CALL.callId}`, query: 'reason=answered_elsewhere' },
  ])
})

test('a phone: registered, listed by its extension, removed by its token', async () => {
  const { relay, pns } = await client()
  await pns.register(PHONE)
  await pns.register({ extension: '1002', platform: 'android', token: FCM, app: 'other' })
  const [phone] = await pns.devices('1001')
  expect(await pns.devices('1001')).toHaveLength(1)
  await until(() =>
    expect(relay.to('PUT', '/v1/extensions/1001/devices').map(({ path }) => path)).toEqual([
      `/v1/extensions/1001/devices/${phone}`,
    ]),
  )
  await until(() => expect(relay.to('PUT', '/v1/extensions/1002/devices')[0]?.body).toMatchObject({ app: 'other' }))
  for (const deviceId of [phone, phone]) await pns.remove({ extension: '1001', deviceId: String(deviceId) })
  expect(await pns.devices('1001')).toEqual([])
  expect(await pns.devices('1002')).toHaveLength(1)
})

test('a wake, by the token of the phone and by its id', async () => {
  const { relay, pns } = await client()
  await pns.register(PHONE)
  await pns.pushCall(CALL)
  const [deviceId = ''] = await pns.devices('1001')
  const call = { callId: CALL.callId, extension: '1001' }
  await pns.tell('woke', call, { token: VOIP })
  await pns.tell('answered', call, { deviceId })
  const woken = () => relay.to('POST', '/v1/wakes').flatMap(({ body }) => body.wakes)
  await until(() => expect(woken()).toContainEqual(expect.objectContaining({ callId: CALL.callId, deviceId })))
})

test('what the PNS refuses has its code and words', async () => {
  const { relay, pns } = await client()
  expect(await failureOf(pns.tell('woke', { callId: 'never', extension: '1001' }, { token: VOIP }))).toMatchObject({
    code: 'call_not_found',
    message: expect.stringContaining('has not pushed such a call'),
  })
  expect((await failureOf(pns.pushCall({ ...CALL, to: '10 01' }))).code).toBe('invalid_request')
  relay.fate = () => problem('internal')
  expect((await failureOf(pns.pushCall(CALL))).code).toBe('relay_failed')
})

test('the token of the settings opens it; another and none do not', async () => {
  const { pns, http } = await client({ localToken: TOKEN, token: TOKEN })
  expect(await pns.devices('1001')).toEqual([])
  for (const wrong of [`${TOKEN}x`, undefined]) {
    const stranger = openPns(http.url, wrong, 2_000)
    onTestFinished(stranger.close)
    expect((await failureOf(stranger.devices('1001'))).code).toBe('token_required')
  }
})

test('on a Unix socket', async () => {
  const { pns, http } = await client({ listen: `unix:${join(temporaryDir(), 'pns.sock')}` })
  expect(http.url).toMatch(/^unix:/)
  expect(await pns.pushCall(CALL)).toHaveLength(1)
  await pns.register(PHONE)
  expect(await pns.devices('1001')).toHaveLength(1)
})

test.each([
  ['http://127.0.0.1:1', 'ECONNREFUSED'],
  ['unix:/nowhere/pns.sock', 'ENOENT'],
])('nothing is at %s', async (place, code) => {
  const pns = openPns(place, undefined, 1_000)
  onTestFinished(pns.close)
  expect(await failureOf(pns.pushCall(CALL))).toMatchObject({ code, message: `The PNS at ${place} does not answer (${code}).` })
})

test('one that takes the request and says nothing', async () => {
  const sockets: { destroy: () => void }[] = []
  const place = await listening(createTcpServer((socket) => void sockets.push(socket.resume())))
  const pns = openPns(place, undefined, 50)
  onTestFinished(() => {
    pns.close()
    for (const socket of sockets) socket.destroy()
  })
  expect((await failureOf(pns.pushCall(CALL))).code).toBe('ETIMEDOUT')
  expect((await failureOf(pns.devices('1001'))).code).toBe('ETIMEDOUT')
})

test('one that hangs up', async () => {
  const pns = openPns(await listening(createTcpServer((socket) => socket.destroy())), undefined, 1_000)
  onTestFinished(pns.close)
  expect((await failureOf(pns.pushCall(CALL))).code).toBe('ECONNRESET')
})

test.each([
  [502, '<html>Bad gateway</html>', '502'],
  [404, '{"code":"not_found","detail":"Here is nothing."}', 'not_found'],
])('what is no PNS and answers %i', async (status, body, code) => {
  const place = await listening(createServer((_, response) => void response.writeHead(status).end(body)))
  const pns = openPns(place, undefined, 1_000)
  onTestFinished(pns.close)
  expect((await failureOf(pns.pushCall(CALL))).code).toBe(code)
})

test('calls that come at once are pushed at once: none waits for the answer of another', async () => {
  const waiting: (() => void)[] = []
  const server = createServer((_, response) => {
    waiting.push(() => response.end('{"deliveries":[]}'))
    if (waiting.length === 100) for (const answer of waiting) answer()
  })
  const pns = openPns(await listening(server), undefined, 5_000)
  onTestFinished(pns.close)
  const pushed = await Promise.all(Array.from({ length: 100 }, (_, i) => pns.pushCall({ ...CALL, callId: `call-${i}` })))
  expect(pushed).toHaveLength(100)
})

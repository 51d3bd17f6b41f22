import { once } from 'node:events'
import { request } from 'node:http'
import { expect, it, onTestFinished, vi } from 'vitest'
import { guard } from '../../client/http/guard.ts'
import { PNS_ROUTES, type PnsRoute } from '../../client/routes.ts'
import { runBoth, type TestPns } from './harness.ts'
import { VOIP } from './keys.ts'
import { wellFate } from './stub-relay.ts'

const pushCallRoute = PNS_ROUTES.find(({ path }) => path === '/push_call') as PnsRoute
const phone = { extension: '1001', platform: 'ios', token: VOIP }

/** A request with headers that fetch would not send. */
function raw(pns: TestPns, path: string, headers: Record<string, string>, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const sent = request(new URL(path, pns.url), { method, headers }, (response) => {
    response.resume()
    resolve(response.statusCode)
  })
  sent.on('error', reject).end()
  return promise
}

it('answers the bare number of devices as text', async () => {
  const { pns } = await runBoth()
  const accept = 'text/plain'
  expect((await pns.post('/register', phone, { accept })).text).toBe('1')
  expect((await pns.ask('/push_call?to=1001&from=1', { headers: { accept } })).text).toBe('1')
  expect((await pns.ask('/devices', { headers: { accept } })).text).toBe('1')
  const refused = await pns.ask('/push_call?from=1001', { headers: { accept } })
  expect([refused.status, refused.text, refused.headers.get('content-type')]).toEqual([400, '0', 'text/plain; charset=utf-8'])
})

it.each([
  ['/nowhere', 'GET', 404, 'not_found'],
  ['/calls/a/b', 'GET', 404, 'not_found'],
  ['/calls/%E0', 'GET', 400, 'invalid_request'],
  ['/push_call/', 'POST', 404, 'not_found'],
  ['/push_call', 'DELETE', 405, 'method_not_allowed'],
  ['/devices', 'POST', 405, 'method_not_allowed'],
  ['/push_call?to=1&to=2&from=3', 'GET', 400, 'invalid_request'],
])('%s by %s is refused', async (path, method, status, code) => {
  const { pns } = await runBoth()
  const reply = await pns.ask(path, { method })
  expect([reply.status, reply.json().code]).toEqual([status, code])
  expect(reply.headers.has('allow')).toBe(status === 405)
})

it.each([
  ['{', 'application/json', 400, 'invalid_json'],
  ['[]', 'application/json', 400, 'invalid_request'],
  ['null', 'application/json', 400, 'invalid_request'],
  ['{"__proto__": {"to": "1001"}, "from": "1"}', 'application/json', 400, 'missing_parameter'],
  ['<to>1001</to>', 'application/xml', 415, 'unsupported_media_type'],
  ['to=1001', 'constructor', 415, 'unsupported_media_type'],
  [`{"to": "${'1'.repeat(20_000)}"}`, 'application/json', 413, 'payload_too_large'],
])('the body %.20s as %s is refused', async (body, type, status, code) => {
  const { pns } = await runBoth()
  const reply = await pns.ask('/push_call', { method: 'POST', body, headers: { 'content-type': type } })
  expect([reply.status, reply.json().code]).toEqual([status, code])
})

it.each([
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
  { host: 'rebound.example:7460', origin: 'http://rebound.example:7460' },
])('a web page cannot drive it: %j', async (headers) => {
  const { relay, pns } = await runBoth()
  expect(await raw(pns, '/push_call?to=1001&from=1', headers)).toBe(403)
  expect(relay.received).toEqual([])
})

it('a request of its own origin is none of a strange page', async () => {
  const { pns } = await runBoth()
  expect(await raw(pns, '/health', { origin: pns.url, 'sec-fetch-site': 'same-origin' })).toBe(200)
})

it('on a socket, which no browser reaches, callers may name it as they like', () => {
  const [headers, read] = [{ host: 'pns' }, { localToken: undefined, console: 'read' as const, pbx: 'hq' }]
  expect(() => guard(headers, { ...read, listen: 'unix:/run/wakecall/pns.sock' }, 'read')).not.toThrow()
  expect(() => guard(headers, { ...read, listen: '127.0.0.1:7460' }, 'read')).toThrow(/its own page/)
  const page = { ...headers, 'sec-fetch-site': 'cross-site' }
  expect(() => guard(page, { ...read, listen: 'unix:/run/wakecall/pns.sock' }, 'read')).toThrow(/its own page/)
})

it('a caller that goes in the middle of its request is no failure of ours', async () => {
  const { pns } = await runBoth()
  const headers = { 'content-length': 100, expect: '100-continue' }
  const sent = request(new URL('/push_call', pns.url), { method: 'POST', headers })
  sent.on('error', () => {}).flushHeaders()
  await once(sent, 'continue')
  sent.destroy()
  await vi.waitFor(() => expect(pns.log()).toContain('The connection ended before the body did'), 10_000)
  expect(pns.log()).not.toContain('request failed')
})

it('/push_message says what it is on Android: a notification or data', async () => {
  const { relay, pns } = await runBoth()
  const message = { to: '1001', from: '1', text: 'Hello' }
  for (const kind of [{}, { android: 'data' }])
    expect((await pns.post('/push_message', { ...message, ...kind })).status).toBe(200)
  expect(relay.to('POST', '/v1/messages').map(({ body }) => body.android)).toEqual([undefined, 'data'])
  const refused = await pns.post('/push_message', { ...message, android: 'alert' })
  expect([refused.status, refused.json().detail]).toEqual([400, 'android must be notification or data'])
})

it('a handler is told when its caller hangs up, and only then', async () => {
  const { relay, pns } = await runBoth()
  const run = vi.spyOn(pushCallRoute, 'run')
  onTestFinished(() => run.mockRestore())
  const asked = (turn: number) => run.mock.calls[turn]?.[2] as AbortSignal
  expect((await pns.ask('/push_call?to=1001&from=1')).status).toBe(200)
  const release = Promise.withResolvers<void>()
  relay.fate = (received) => release.promise.then(() => wellFate(received))
  const caller = request(new URL('/push_call?to=1001&from=1', pns.url)).on('error', () => {})
  caller.end()
  await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(2), 10_000)
  expect(asked(1).aborted).toBe(false)
  caller.destroy()
  await vi.waitFor(() => expect(asked(1).aborted).toBe(true), 10_000)
  release.resolve()
  expect(asked(0).aborted).toBe(false)
})

it('a local token is asked for if the settings have one', async () => {
  const { pns } = await runBoth({ localToken: 'a-long-secret-of-ours' })
  const status = async (authorization?: string) =>
    (await pns.ask('/health', { headers: authorization ? { authorization } : {} })).status
  expect(await status()).toBe(401)
  expect(await status('Bearer a-long-secret-of-others')).toBe(401)
  expect(await status('a-long-secret-of-ours')).toBe(401)
  expect(await status('Bearer a-long-secret-of-ours')).toBe(200)
})

it('/health says what waits and when the relay was there', async () => {
  const { pns } = await runBoth()
  await pns.ask('/push_call?to=1001&from=1')
  expect((await pns.ask('/health')).json()).toMatchObject({
    status: 'ok',
    devices: 0,
    outbox: { waiting: 0, parked: 0 },
    relay: { at: expect.any(String) },
  })
  expect((await pns.ask('/health?verbose=1')).status).toBe(400)
})

it('/metrics counts calls, problems and deliveries', async () => {
  const { pns } = await runBoth()
  await pns.ask('/push_call?to=1001&from=1')
  const { text, headers } = await pns.ask('/metrics')
  expect(headers.get('content-type')).toContain('text/plain')
  expect(text).toContain('wakecall_push_calls_total{result="ok"} 1')
  expect(text).toContain('wakecall_deliveries_total{outcome="accepted"} 1')
  expect((await pns.post('/metrics', {})).status).toBe(405)
})

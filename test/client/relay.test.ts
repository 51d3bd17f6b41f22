import { expect, it } from 'vitest'
import { PnsProblem } from '../../client/problem.ts'
import { answerOf } from '../../client/relay/answer.ts'
import { retryDelay } from '../../client/relay/retry.ts'
import { runBoth, runPns, settingsFor, stubRelay } from './harness.ts'
import { type Fate, problem, wellFate } from './stub-relay.ts'

const call = { to: '1001', from: '1002', callId: 'c' }

it.each<[string, Fate, number, string]>([
  ['hangs', 'hang', 504, 'relay_slow'],
  ['closes', 'close', 503, 'relay_unreachable'],
  ['answers 500', problem('internal'), 502, 'relay_failed'],
  ['answers 503 of a gateway', { status: 503, body: '<html>' }, 502, 'relay_failed'],
  [
    'answers HTML',
    { status: 200, body: '<html>Log in</html>', headers: { 'content-type': 'text/html' } },
    502,
    'relay_answered_nonsense',
  ],
  ['answers 202 that is no JSON', { status: 202, body: 'yes' }, 502, 'relay_answered_nonsense'],
  ['answers 202 of another schema', { status: 202, body: { ok: true } }, 502, 'relay_answered_nonsense'],
  ['redirects', { status: 302, headers: { location: 'http://portal/' } }, 502, 'relay_answered_nonsense'],
  ['answers 403 of a proxy', { status: 403, body: { message: 'Forbidden' } }, 502, 'relay_answered_nonsense'],
  ['throttles', problem('push_rate_exceeded', {}, { 'retry-after': '30' }), 429, 'push_rate_exceeded'],
  ['does not know the key', problem('signature_refused', { time: new Date().toISOString() }), 502, 'key_refused'],
  ['refuses', problem('unknown_app'), 422, 'relay_refused'],
])('a relay that %s is a clear problem', async (_, fate, status, code) => {
  const { relay, pns } = await runBoth({ pushBudgetMs: 300 })
  relay.fate = () => fate
  const reply = await pns.post('/push_call', call)
  expect([reply.status, reply.json().code]).toEqual([status, code])
  const text = await pns.post('/push_call', call, { accept: 'text/plain' })
  expect([text.status, text.text]).toEqual([status, '0'])
})

it('a relay that is away is a clear problem', async () => {
  const relay = await stubRelay()
  await relay.close()
  const pns = await runPns(settingsFor(relay.url, { pushBudgetMs: 100 }))
  const reply = await pns.post('/push_call', call)
  expect(reply.json()).toMatchObject({ status: 503, code: 'relay_unreachable', detail: expect.stringContaining('ECONNREFUSED') })
})

it.each([
  [-320_000, 'ahead of'],
  [320_000, 'behind'],
])('a clock that is wrong by %i ms is named as such', async (offset, side) => {
  const { relay, pns } = await runBoth()
  relay.fate = () => problem('signature_refused', { time: new Date(Date.now() + offset).toISOString() })
  const { code, detail } = (await pns.post('/push_call', call)).json()
  expect(code).toBe('clock_skewed')
  expect(detail).toMatch(new RegExp(`3(19|20|21) s ${side}`))
})

it('a key that the relay does not have is named as such', async () => {
  const { relay, pns } = await runBoth()
  relay.keys.clear()
  expect((await pns.post('/push_call', call)).json().code).toBe('key_refused')
})

it.each<[string, Fate]>([
  ['closed the connection', 'close'],
  ['answered 503', problem('unavailable')],
  ['answered 429 with a wait that fits', problem('push_rate_exceeded', {}, { 'retry-after': '0' })],
])('a call is tried again when the relay %s, with the time that went on', async (_, fate) => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (relay.to('POST', '/v1/calls').length < 3 ? fate : wellFate(received))
  expect((await pns.post('/push_call', call)).status).toBe(200)
  const elapsed = relay.to('POST', '/v1/calls').map(({ body }) => Number(body.elapsedMs))
  expect(elapsed).toHaveLength(3)
  expect(elapsed).toEqual(elapsed.toSorted((a, b) => a - b))
})

it('a refusal is not tried again', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = () => problem('internal')
  await pns.post('/push_call', call)
  expect(relay.to('POST', '/v1/calls')).toHaveLength(1)
})

it('only failures that pass are worth an attempt more', () => {
  const failed = (status: number) => new PnsProblem('relay_failed', '', { relay: { status, code: 'none', detail: '' } })
  expect(retryDelay(failed(503), 0)).toBeLessThanOrEqual(50)
  expect(retryDelay(failed(503), 20)).toBeLessThanOrEqual(1000)
  expect(retryDelay(failed(500), 0)).toBeUndefined()
  expect(retryDelay(new PnsProblem('push_rate_exceeded', '', { retryAfterSeconds: 2 }), 0)).toBe(2000)
  // API Gateway's own, which names no time.
  expect(retryDelay(new PnsProblem('push_rate_exceeded', ''), 0)).toBeLessThanOrEqual(50)
  expect(retryDelay(new PnsProblem('relay_slow', ''), 0)).toBeUndefined()
  expect(retryDelay(new Error('ours'), 0)).toBeUndefined()
})

it('a problem document whose status is not its own is nonsense', () => {
  const text = JSON.stringify(new Object({ code: 'unknown_app', status: 422, detail: '' }))
  expect(() => answerOf('ring', { status: 404, headers: {}, text }, 0)).toThrow(
    expect.objectContaining({ code: 'relay_answered_nonsense' }),
  )
})

import { expect, test } from 'vitest'
import { signedHttp } from '../../lambdas/kit/http.ts'
import type { Log } from '../../lambdas/kit/log.ts'
import { createPbxCache } from '../../lambdas/kit/pbx-cache.ts'
import type { HttpResult } from '../../lambdas/kit/request.ts'
import { PROBLEM_TYPE, Problem } from '../../wire/problem.ts'
import { newPbx } from '../relay/pbx.ts'
import { context, signedEvent } from './event.ts'
import { expectMeasured } from './measured.ts'

const clock = { now: Date.now, sleep: async () => {} }
const { pbx, signer } = newPbx('hq')

type Entry = { message: string; error?: unknown; fields: Record<string, unknown> }

/** The chain around a `wakes` that does this, and what it logged. */
function chainAround(wakes: () => Promise<{ answer: { recorded: number } }>) {
  const entries: Entry[] = []
  const log: Log = {
    info: (message, fields) => void entries.push({ message, fields: { ...fields } }),
    measured: ({ kind, dimensions, values }, fields) =>
      void entries.push({ message: kind, fields: { ...fields, ...dimensions, ...values } }),
    error: (message, error, fields = {}) => void entries.push({ message, error, fields: { ...fields } }),
  }
  const pbxs = createPbxCache({ get: async (id) => (id === pbx.id ? pbx : undefined) }, clock)
  return { handler: signedHttp({ wakes }, { log, pbxs, clock }), entries }
}

const WAKE = { callId: 'x', extension: '1001', deviceId: 'phone', platform: 'ios', wakeMs: 1 }
const good = () => signedEvent('wakes', { wakes: [WAKE] }, signer)
const fails = (error: unknown) => () => Promise.reject(error)
const parsed = ({ body = '' }: HttpResult) => JSON.parse(body)

test('a request that goes well is answered, with its id, and leaves one line', async () => {
  const { handler, entries } = chainAround(async () => ({ answer: { recorded: 1 } }))
  const event = good()
  const answer = await handler(event, context)
  const { requestId } = event.requestContext
  expect(answer).toEqual({
    statusCode: 202,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-request-id': requestId },
    body: '{"recorded":1}',
  })
  expect(entries).toHaveLength(1)
  expect(entries[0]?.fields).toMatchObject({
    requestId,
    pbx: 'hq',
    status: 202,
    route: 'wakes',
    outcome: 'ok',
    Latency: expect.any(Number),
  })
  expectMeasured({ message: entries[0]?.message, ...entries[0]?.fields })
})

test.each([
  ['an error', new Error('password=hunter2')],
  ['a TypeError', new TypeError('cannot read hunter2 of undefined')],
  ['a thrown text', 'hunter2'],
  ['nothing at all', undefined],
])('%s is opaque outside and whole in the log', async (_, error) => {
  const { handler, entries } = chainAround(fails(error))
  const event = good()
  const answer = await handler(event, context)
  const { requestId } = event.requestContext
  expect(answer.statusCode).toBe(500)
  expect(answer.headers).toMatchObject({ 'content-type': PROBLEM_TYPE, 'x-request-id': requestId })
  expect(Object.keys(parsed(answer))).toEqual(['type', 'code', 'title', 'status', 'detail', 'requestId'])
  expect(parsed(answer)).toMatchObject({ code: 'internal', title: 'The relay failed', requestId })
  expect(JSON.stringify(answer)).not.toMatch(/hunter2|\bat |\.ts/)
  expect(entries.map(({ message }) => message)).toEqual(['internal', 'request'])
  if (error !== undefined) expect(entries[0]).toMatchObject({ error, fields: { requestId } })
  expect(entries[1]?.fields).toMatchObject({ outcome: 'internal', status: 500 })
})

test('an error of AWS is `unavailable`, may be repeated, and is whole in the log', async () => {
  const error = Object.assign(new Error('Rate of table hunter2 exceeded'), { name: 'ThrottlingException', $metadata: {} })
  const { handler, entries } = chainAround(fails(error))
  const answer = await handler(good(), context)
  expect(answer.statusCode).toBe(503)
  expect(answer.headers).toMatchObject({ 'retry-after': '1' })
  expect(parsed(answer).code).toBe('unavailable')
  expect(answer.body).not.toContain('hunter2')
  expect(entries[0]?.error).toBe(error)
})

test('a problem is answered as it is, and what caused it stays inside', async () => {
  const problem = new Problem('stale_version', 'Version 5 is stored.', {
    extras: { storedVersion: 5 },
    headers: { 'x-more': '1' },
    cause: new Error('hunter2'),
  })
  const { handler, entries } = chainAround(fails(problem))
  const answer = await handler(good(), context)
  expect(answer.statusCode).toBe(409)
  expect(answer.headers).toMatchObject({ 'x-more': '1' })
  expect(parsed(answer)).toMatchObject({ code: 'stale_version', detail: 'Version 5 is stored.', storedVersion: 5 })
  expect(answer.body).not.toContain('hunter2')
  expect(entries.map(({ message }) => message)).toEqual(['request'])
})

test('the signature is verified before anything is parsed', async () => {
  const { handler } = chainAround(async () => ({ answer: { recorded: 1 } }))
  const unsigned = signedEvent('wakes', '{"wakes":', newPbx('hq').signer)
  expect(parsed(await handler(unsigned, context)).code).toBe('signature_refused')
  expect(parsed(await handler(signedEvent('wakes', '{"wakes":', signer), context)).code).toBe('invalid_json')
  expect(parsed(await handler(signedEvent('wakes', { wakes: [] }, signer), context)).code).toBe('invalid_request')
})

test('a route of another function, or of none, is refused before anything else', async () => {
  const { handler } = chainAround(async () => ({ answer: { recorded: 1 } }))
  expect(parsed(await handler(signedEvent('message', {}, signer), context)).code).toBe('method_not_allowed')
  const nowhere = { ...good(), routeKey: '$default', rawPath: '/v1/nowhere' }
  expect(parsed(await handler(nowhere, context)).code).toBe('not_found')
})

test('a failure of one request leaves no trace in the next', async () => {
  let broken = true
  const { handler, entries } = chainAround(async () => {
    if (broken) throw new Error('once')
    return { answer: { recorded: 1 } }
  })
  expect((await handler(good(), context)).statusCode).toBe(500)
  broken = false
  expect((await handler(good(), context)).statusCode).toBe(202)
  expect(entries.at(-1)?.fields).toMatchObject({ outcome: 'ok', status: 202 })
})

import { expect, test } from 'vitest'
import type { ProblemCode } from '../../wire/problem.ts'
import { android } from './devices.ts'
import { expectProblem, openRelay } from './harness.ts'

const { a, cloud, sees } = await openRelay()
await a.register('1001', 'phone', android('alice'))

const RING = { callId: 'bad', to: '1001', from: { number: '1002' } }
const text = (more: object) => JSON.stringify({ ...RING, ...more })
const post = (body: string | Uint8Array, type?: string) =>
  a.call('POST', '/v1/calls', body, type === undefined ? {} : { headers: { 'content-type': type } })
/** A call's body of exactly so many bytes. */
const padded = (bytes: number, callId: string) => text({ callId }).padEnd(bytes)
const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`

const REFUSED: [string, ProblemCode, string | Uint8Array][] = [
  ['half a document', 'invalid_json', '{"callId":'],
  ['no JSON', 'invalid_json', 'callId=1'],
  ['a comma too many', 'invalid_json', '{"callId":"x",}'],
  ['two documents', 'invalid_json', '{}{}'],
  ['a byte order mark', 'invalid_json', `\ufeff${text({})}`],
  ['NUL after the document', 'invalid_json', `${text({})}\u0000`],
  ['null', 'invalid_request', 'null'],
  ['a list', 'invalid_request', '[]'],
  ['a text', 'invalid_request', '"x"'],
  ['a number', 'invalid_request', '1e999'],
  ['nothing in it', 'invalid_request', '{}'],
  ['a number as callId', 'invalid_request', text({ callId: 1 })],
  ['a list as extension', 'invalid_request', text({ to: ['1001'] })],
  ['an extension with a slash', 'invalid_request', text({ to: '1001/1' })],
  ['an extension with a line break at its end', 'invalid_request', text({ to: '1001\n' })],
  ['a text as caller', 'invalid_request', text({ from: '1002' })],
  ['a caller without a number', 'invalid_request', text({ from: { name: 'x' } })],
  ['CR LF in the caller’s number', 'invalid_request', text({ from: { number: '1\r\n2' } })],
  ['CR LF in the caller’s name', 'invalid_request', text({ from: { number: '1', name: 'a\r\nb' } })],
  ['NUL in the callId', 'invalid_request', text({ callId: 'a\u0000b' })],
  ['NUL in the caller’s name', 'invalid_request', text({ from: { number: '1', name: '\u0000' } })],
  ['a lone surrogate in the name', 'invalid_request', '{"callId":"x","to":"1","from":{"number":"1","name":"\\ud800"}}'],
  ['a text as ringSeconds', 'invalid_request', text({ ringSeconds: '30' })],
  ['too short a ring', 'invalid_request', text({ ringSeconds: 4 })],
  ['too long a ring', 'invalid_request', text({ ringSeconds: 121 })],
  ['a ring of infinity', 'invalid_request', '{"callId":"x","to":"1","from":{"number":"1"},"ringSeconds":1e999}'],
  ['negative time', 'invalid_request', text({ elapsedMs: -1 })],
  ['an unknown member', 'invalid_request', text({ priority: 'high' })],
  ['an unknown member with a name that every object has', 'invalid_request', text({ toString: 1 })],
  ['an unknown member of the caller', 'invalid_request', text({ from: { number: '1', tel: '1' } })],
  ['a text as awake', 'invalid_request', text({ awake: 'a' })],
  ['a device id with a space as awake', 'invalid_request', text({ awake: ['a b'] })],
  ['51 awake devices', 'invalid_request', text({ awake: Array(51).fill('a') })],
  ['a text as custom', 'invalid_request', text({ custom: 'x' })],
  ['a custom of more than 1 KiB', 'invalid_request', text({ custom: { x: 'x'.repeat(1017) } })],
  ['more than 1 KiB in another script', 'invalid_request', text({ custom: { x: '漢'.repeat(400) } })],
  ['1,000 levels of nesting', 'invalid_request', `{"callId":"x","to":"1","from":{"number":"1"},"custom":{"x":${nested(1000)}}}`],
  ['8,000 levels of nesting', 'invalid_request', `{"callId":"x","to":"1","from":{"number":"1"},"custom":{"x":${nested(8000)}}}`],
  ['10,000 levels of nesting', 'payload_too_large', `{"custom":${nested(10_000)}}`],
  ['one byte too many', 'payload_too_large', padded(16 * 1024 + 1, 'large')],
  ['1 MiB', 'payload_too_large', padded(1024 * 1024, 'large')],
]

test.each(REFUSED)('refused: %s (%s)', async (_, code, body) => {
  expectProblem(await post(body), code)
})

test('refused: a list as custom, which is no JSON object', async () => {
  for (const custom of [[], ['x']]) expectProblem(await post(text({ callId: 'list', custom })), 'invalid_request')
})

const UNSUITABLE = ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'application/json-patch+json', '']

test.each(UNSUITABLE)('refused: the content type "%s"', async (type) => {
  expectProblem(await post(text({ callId: 'wrong-type' }), type), 'unsupported_media_type')
})

test('refused: no content type, and bytes that are no text', async () => {
  const none = await a.call('POST', '/v1/calls', text({}), { headers: { 'content-type': undefined } })
  expectProblem(none, 'unsupported_media_type')
  const bytes = Uint8Array.from({ length: 4096 }, (_, i) => i % 256)
  expectProblem(await post(bytes, 'application/octet-stream'), 'unsupported_media_type')
  expectProblem(await post(new Uint8Array(1024 * 1024), 'application/octet-stream'), 'payload_too_large')
})

test('refused: an empty body, whether or not it says that it is JSON', async () => {
  expectProblem(await post('', 'application/json'), 'invalid_json')
  expectProblem(await post(''), 'unsupported_media_type')
})

test('refused: bytes that are not UTF-8, for the signature was made over them', async () => {
  expectProblem(await post(Buffer.from(text({ from: { number: '1', name: '\u00e9' } }), 'latin1')), 'signature_refused')
})

test.each([
  ['application/json; charset=utf-8', 'charset'],
  ['APPLICATION/JSON', 'capitals'],
  ['application/json;charset="utf-8"', 'quoted'],
])('accepted: the content type %s', async (type, callId) => {
  expect((await post(text({ callId }), type)).json).toMatchObject({ callId, devices: 1 })
})

test.each([
  ['exactly 16 KiB', padded(16 * 1024, 'full')],
  ['a custom of exactly 1 KiB', text({ callId: 'full-custom', custom: { x: 'x'.repeat(1016) } })],
  ['100 levels of nesting in custom', `{"callId":"nested","to":"1001","from":{"number":"1"},"custom":{"x":${nested(100)}}}`],
  ['a lone surrogate in custom', '{"callId":"lone","to":"1001","from":{"number":"1"},"custom":{"x":"\\ud800"}}'],
  ['NUL in custom', text({ callId: 'nul', custom: { 'a\u0000': '\u0000' } })],
  ['50 awake devices, of others', text({ callId: 'others', awake: Array(50).fill('other') })],
  ['the longest ring', text({ callId: 'longest', ringSeconds: 120 })],
  ['the shortest ring', text({ callId: 'shortest', ringSeconds: 5 })],
  ['a name of every script', text({ callId: 'scripts', from: { number: '1', name: 'Ünal · 漢字 · عربى · 👩‍👩‍👧' } })],
])('accepted: %s', async (_, body) => {
  const answer = await post(body)
  expect({ status: answer.status, devices: answer.json.devices }).toEqual({ status: 202, devices: 1 })
  await sees('alice', 'push', answer.json.uuid)
})

test('__proto__ in a body is data, and makes no object what it was not', async () => {
  const polluted = '{"callId":"proto","to":"1001","from":{"number":"1"},"custom":{"__proto__":{"devices":99},"x":1}}'
  expect((await post(polluted)).json.devices).toBe(1)
  for (const body of ['{"__proto__":{"callId":"x","to":"1001","from":{"number":"1"}}}', '{"constructor":{"prototype":{}}}']) {
    expectProblem(await post(body), 'invalid_request')
  }
  const inherited = '{"callId":"inherited","from":{"number":"1"},"__proto__":{"to":"1001"}}'
  expectProblem(await post(inherited), 'invalid_request')
  expect((await a.list('1001')).json.devices).toHaveLength(1)
})

test('a schema error names every place and repeats no value', async () => {
  const answer = await post(text({ callId: 'sec ret', to: 'sec/ret', ringSeconds: 'secret', from: { number: 'sec ret' } }))
  expectProblem(answer, 'invalid_request')
  const pointers = answer.json.errors.map(({ pointer }: { pointer: string }) => pointer)
  expect(pointers.sort()).toEqual(['/callId', '/from/number', '/ringSeconds', '/to'])
  expect(answer.text).not.toMatch(/sec.?ret/)
  expect((await post('{"secret": sec}')).text).not.toContain('sec')
})

test('after all of this no request was answered with a 5xx, and the relay still rings', async () => {
  const lines = cloud.logs('/wakecall/local/calls').map((line) => JSON.parse(line))
  expect(lines.filter(({ status, level }) => status >= 500 || level === 'ERROR')).toEqual([])
  expect((await a.ring({ callId: 'still-there', to: '1001' })).json.devices).toBe(1)
})

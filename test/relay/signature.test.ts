import { expect, test } from 'vitest'
import { contentDigest } from '../../wire/signature.ts'
import { android } from './devices.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'
import { newPbx, type Overrides } from './pbx.ts'

const { a, b, seen, sees } = await openRelay()

const nowSeconds = () => Math.floor(Date.now() / 1000)
const RING = { callId: 'refused', to: '1001', from: { number: '1002' } }
const EMPTY_DIGEST = contentDigest(new Uint8Array())
const COMPONENTS = '("@method" "@authority" "@path" "@query" "content-digest")'
const input = (params: string) => `wakecall=${COMPONENTS}${params}`
const good = `;created=${nowSeconds()};keyid="hq/k1";alg="ed25519"`
const other = (keyId: string) => ({ signer: { keyId, key: a.signer.key } })

const REFUSED: [string, Overrides][] = [
  ['no signature at all', { headers: { signature: undefined, 'signature-input': undefined, 'content-digest': undefined } }],
  ['no Signature', { headers: { signature: undefined } }],
  ['no Signature-Input', { headers: { 'signature-input': undefined } }],
  ['no Content-Digest', { headers: { 'content-digest': undefined } }],
  ['an empty Signature', { headers: { signature: '' } }],
  ['another PBX’s key under its own name', { signer: { ...b.signer, keyId: 'hq/k1' } }],
  ['its own key under the name of another PBX', other('branch/k1')],
  ['a stranger’s key', { signer: { ...newPbx('hq').signer, keyId: 'hq/k1' } }],
  ['an unknown PBX', other('nobody/k1')],
  ['an unknown key', other('hq/k2')],
  ['a key id that every object has', other('hq/__proto__')],
  ['a PBX id that every object has', other('constructor/name')],
  ['a key id without a PBX', other('k1')],
  ['the digest of another body', { headers: { 'content-digest': EMPTY_DIGEST } }],
  ['another body than was signed', { signed: { body: Buffer.from('{}') } }],
  ['a digest of another algorithm', { headers: { 'content-digest': EMPTY_DIGEST.replace('sha-256', 'sha-512') } }],
  ['two digests', { headers: { 'content-digest': [contentDigest(Buffer.from(JSON.stringify(RING))), EMPTY_DIGEST] } }],
  ['a signature that is too old', { created: nowSeconds() - 301 }],
  ['a signature of the future', { created: nowSeconds() + 90 }],
  ['a signature of another method', { signed: { method: 'PUT' } }],
  ['a signature of another host', { signed: { authority: 'relay.example.com' } }],
  ['another Host than was signed', { headers: { host: 'relay.example.com' } }],
  ['a signature of another path', { signed: { path: '/v1/messages' } }],
  ['a signature of another query', { signed: { query: 'x=1' } }],
  ['two labels', { headers: { 'signature-input': `${input(good)}, other=();created=1` } }],
  ['another label', { headers: { 'signature-input': input(good).replace('wakecall', 'sig1') } }],
  ['fewer components', { headers: { 'signature-input': input(good).replace(' "content-digest"', '') } }],
  ['another algorithm', { headers: { 'signature-input': input(good.replace('ed25519', 'hmac-sha256')) } }],
  ['an unknown parameter', { headers: { 'signature-input': input(`${good};nonce="x"`) } }],
  ['a parameter twice', { headers: { 'signature-input': input(`${good};created=1`) } }],
  ['no key id', { headers: { 'signature-input': input(`;created=${nowSeconds()};alg="ed25519"`) } }],
  ['two Signature headers', { headers: { signature: [`wakecall=:${'A'.repeat(86)}==:`, `wakecall=:${'A'.repeat(86)}==:`] } }],
  ['two Signature-Input headers', { headers: { 'signature-input': [input(good), input(good)] } }],
  ['a signature that is too short', { headers: { signature: 'wakecall=:AAAA:' } }],
  ['a signature of zeros', { headers: { signature: `wakecall=:${'A'.repeat(86)}==:` } }],
]

test.each(REFUSED)('refused, looking like every other refusal: %s', async (_, overrides) => {
  const before = Date.now()
  const answer = await a.call('POST', '/v1/calls', RING, overrides)
  expectProblem(answer, 'signature_refused')
  const { requestId, time, detail, ...document } = answer.json
  expect(document).toEqual({
    type: 'urn:wakecall:problem:signature_refused',
    code: 'signature_refused',
    title: 'The signature was refused',
    status: 401,
  })
  expect(detail).toBe('Sign the request as docs/protocol.md says, with an enrolled key and a clock that agrees with `time`.')
  expect(Date.parse(time)).toBeGreaterThanOrEqual(before)
  expect(Date.parse(time)).toBeLessThanOrEqual(Date.now())
  const names = ['cache-control', 'connection', 'content-type', 'date', 'keep-alive', 'transfer-encoding', 'x-request-id']
  expect(Object.keys(answer.headers).sort()).toEqual(names)
})

const authority = new URL(a.url).host.replace('127.0.0.1', 'localhost')

const ACCEPTED: [string, () => Overrides][] = [
  ['just now', () => ({})],
  ['almost 300 s ago', () => ({ created: nowSeconds() - 295 })],
  ['almost 60 s ahead', () => ({ created: nowSeconds() + 55 })],
  ['for a Host that comes in capitals', () => ({ headers: { host: authority.toUpperCase() }, signed: { authority } })],
]

test.each(ACCEPTED)('accepted: signed %s', async (name, overrides) => {
  const callId = name.replaceAll(' ', '-')
  const answer = await a.call('POST', '/v1/calls', { ...RING, callId }, overrides())
  expect([answer.status, answer.json.callId]).toEqual([202, callId])
})

test('every signed route refuses a request without a signature', async () => {
  const headers = { signature: undefined }
  const device = '/v1/extensions/1001/devices/phone'
  for (const [method, path, body] of [
    ['DELETE', '/v1/calls/x?reason=declined'],
    ['GET', '/v1/calls/x'],
    ['POST', '/v1/wakes', { wakes: [] }],
    ['POST', '/v1/messages', {}],
    ['PUT', device, android('alice')],
    ['DELETE', `${device}?version=1`],
    ['GET', '/v1/extensions/1001/devices'],
    ['GET', '/v1/keys'],
    ['POST', '/v1/keys', { publicKey: 'A'.repeat(43) }],
    ['DELETE', '/v1/keys/k1'],
  ] as const) {
    expectProblem(await a.call(method, path, body, { headers }), 'signature_refused')
  }
})

test('a refused request has done nothing', async () => {
  await a.register('1001', 'phone', android('alice'))
  await a.call('POST', '/v1/calls', { ...RING, callId: 'forged' }, { headers: { signature: undefined } })
  const real = await a.ring({ callId: 'forged', to: '1001' })
  expect(real.json.repeated).toBeUndefined()
  expect(outcomes(real)).toEqual({ phone: 'accepted' })
})

test('a replayed call answers the first result and rings nobody', async () => {
  await a.register('1003', 'phone', android('carol'))
  const created = nowSeconds()
  const request = { callId: 'replayed', to: '1003', from: { number: '1002' } }
  const [first, replay] = [
    await a.call('POST', '/v1/calls', request, { created }),
    await a.call('POST', '/v1/calls', request, { created }),
  ]
  expect(replay.json).toEqual({ ...first.json, repeated: true })
  const marker = await a.ring({ callId: 'after-replay', to: '1003' })
  await sees('carol', 'push', marker.json.uuid)
  expect(seen('carol', 'push', first.json.uuid)).toBe(1)
})

test('a replayed registration or removal changes nothing', async () => {
  const created = nowSeconds()
  const path = '/v1/extensions/1004/devices/phone'
  const write = () => a.call('PUT', path, android('dave', 'accept', 1), { created })
  const remove = () => a.call('DELETE', `${path}?version=2`, undefined, { created })
  expect([(await write()).status, (await remove()).status]).toEqual([200, 204])
  expectProblem(await write(), 'stale_version')
  await a.register('1004', 'phone', android('dave', 'accept', 3))
  expectProblem(await remove(), 'stale_version')
  expectProblem(await write(), 'stale_version')
  expect((await a.list('1004')).json.devices).toMatchObject([{ version: 3 }])
})

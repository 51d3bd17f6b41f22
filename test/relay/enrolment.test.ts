import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock as clock } from '../../core/clock.ts'
import { invite } from '../../core/enrol.ts'
import { showCode } from '../../core/enrol-code.ts'
import { keyIdOf } from '../../wire/signature.ts'
import { expectMeasured } from '../lambdas/measured.ts'
import { android } from './devices.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'
import { send } from './http.ts'
import { newPbx, pbxClient } from './pbx.ts'
import { secret } from './secrets.ts'

const { cloud, sees } = await openRelay()
const QUOTAS = { devices: 10, pushesPerMinute: 600 }

Object.assign(process.env, cloud.env)
const { createPbxStore } = await import('../../lambdas/aws/pbxs.ts')
const pbxs = createPbxStore(cloud.env.TABLE_NAME ?? '')

/** What the operator hands on. */
async function invited(id: string): Promise<string> {
  const { code } = await invite({ pbxs, clock, randomBytes }, id, {}, QUOTAS)
  secret(code)
  return secret(showCode(code))
}

const post = (body: object) =>
  send({
    url: cloud.relayUrl,
    method: 'POST',
    path: '/v1/enrolments',
    headers: { host: new URL(cloud.relayUrl).host, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  })

/** A key pair that the relay does not know yet, and a client that signs with it as `id`. */
function newKey(id: string) {
  const { pbx, signer } = newPbx(id)
  const { publicKey } = pbx.keys.k1 ?? { publicKey: '' }
  const keyId = keyIdOf(publicKey)
  return { publicKey, keyId, client: pbxClient(cloud.relayUrl, { ...signer, keyId: `${id}/${keyId}` }) }
}

test('a PBX enrols without a signature, and rings with its key at once', async () => {
  const { publicKey, keyId, client } = newKey('new')
  const code = await invited('new')
  // The function reads the PBX here, which has no key yet.
  expectProblem(await client.list('1001'), 'signature_refused')
  const answer = await post({ code: code.toLowerCase(), publicKey })
  expect({ status: answer.status, json: answer.json }).toEqual({ status: 200, json: { pbx: 'new', keyId } })
  expect((await client.register('1001', 'phone', android('enrolled'))).status).toBe(200)
  const ring = await client.ring({ callId: 'first', to: '1001' })
  expect(outcomes(ring)).toEqual({ phone: 'accepted' })
  await sees('enrolled', 'push', ring.json.uuid)
})

test('the same code with the same key answers the same, with another key it is refused', async () => {
  const [mine, other] = [newKey('once'), newKey('once')]
  const code = await invited('once')
  const [first, again] = [await post({ code, publicKey: mine.publicKey }), await post({ code, publicKey: mine.publicKey })]
  expect([first.status, again.status, again.json]).toEqual([200, 200, first.json])
  expectProblem(await post({ code, publicKey: other.publicKey }), 'enrolment_refused')
  expect((await mine.client.call('GET', '/v1/keys')).json.keys).toHaveLength(1)
  expectProblem(await other.client.call('GET', '/v1/keys'), 'signature_refused')
})

test('of two PBXs that send one code at the same moment one is enrolled', async () => {
  const code = await invited('raced')
  const keys = Array.from({ length: 8 }, () => newKey('raced'))
  const answers = await Promise.all(keys.map(({ publicKey }) => post({ code, publicKey })))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(403)])
  const signed = await Promise.all(keys.map(({ client }) => client.call('GET', '/v1/keys')))
  expect(signed.map(({ status }) => status)).toEqual(answers.map(({ status }) => (status === 200 ? 200 : 401)))
})

test('every refusal looks alike, and is counted with its reason in the log', async () => {
  const { publicKey } = newKey('void')
  const older = await invited('void')
  await invited('void')
  const revoked = await invited('shut')
  await pbxs.revoke('shut', Date.now())
  const unknown = secret('0123456789ABCDEFGHJK')
  const seen = []
  for (const code of [unknown, older, revoked]) {
    const answer = await post({ code, publicKey })
    expectProblem(answer, 'enrolment_refused')
    const { requestId, ...document } = answer.json
    seen.push(document)
    const line = await lineOf(requestId)
    expect(line).toMatchObject({ route: 'enrol', message: 'request', outcome: 'enrolment_refused', status: 403 })
    expect(line.refusal).toBe(code === unknown ? 'unknown' : 'void')
    expectMeasured(line)
  }
  expect(new Set(seen.map((document) => JSON.stringify(document))).size).toBe(1)
  expect(seen[0].detail).toMatch(/ask the operator/)
})

test('an enrolment is logged with PBX and key id', async () => {
  const { publicKey, keyId } = newKey('logged')
  const answer = await post({ code: await invited('logged'), publicKey })
  const line = await lineOf(String(answer.headers['x-request-id']))
  expect(line).toMatchObject({ route: 'enrol', outcome: 'ok', pbx: 'logged', keyId })
  expectMeasured(line)
})

test.each([
  ['a code that is too short', { code: secret('0123456789ABCDEFGHJ') }, '/code'],
  ['a code with letters that no code has', { code: secret('UUUUUUUUUUUUUUUUUUUU') }, '/code'],
  ['a key in PEM', { publicKey: '-----BEGIN PUBLIC KEY-----' }, '/publicKey'],
  ['a key of 31 bytes', { publicKey: 'A'.repeat(42) }, '/publicKey'],
  ['a key with bits beyond its bytes', { publicKey: `${'A'.repeat(42)}B` }, '/publicKey'],
  ['more than a code and a key', { pbx: 'hq' }, '/pbx'],
])('%s is an invalid request, and nothing of it comes back', async (_, wrong, pointer) => {
  const answer = await post({ code: '0123456789ABCDEFGHJK', publicKey: 'A'.repeat(43), ...wrong })
  expectProblem(answer, 'invalid_request')
  expect(answer.json.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer])
  for (const value of Object.values(wrong)) if (value.length > 4) expect(answer.text).not.toContain(value)
})

type Line = Record<string, unknown>

/** The line that a request to the function `keys` left. */
async function lineOf(requestId: string): Promise<Line> {
  const find = () =>
    cloud
      .logs('/wakecall/local/keys')
      .map((line): Line => JSON.parse(line))
      .find((line) => line.requestId === requestId)
  await expect.poll(find, { timeout: 5000 }).toBeDefined()
  return find() ?? {}
}

import { expect, test } from 'vitest'
import { MOST_KEYS } from '../../core/pbx.ts'
import { keyIdOf } from '../../wire/signature.ts'
import { android } from './devices.ts'
import { expectProblem, openRelay } from './harness.ts'
import { newPbx, pbxClient } from './pbx.ts'

const { a, b, cloud } = await openRelay()

Object.assign(process.env, cloud.env)
const { createPbxStore } = await import('../../lambdas/aws/pbxs.ts')
const pbxs = createPbxStore(cloud.env.TABLE_NAME ?? '')

type Client = typeof a

/** A PBX of its own, with the key `k1`, that no function has heard of yet. */
async function newClient(id: string): Promise<Client> {
  const { pbx, signer } = newPbx(id)
  await pbxs.create(pbx)
  return pbxClient(cloud.relayUrl, signer)
}

/** One more key of the same PBX, which the relay does not know yet. */
function anotherKey({ id }: Client) {
  const { pbx, signer } = newPbx(id)
  const { publicKey } = pbx.keys.k1 ?? { publicKey: '' }
  const keyId = keyIdOf(publicKey)
  return { publicKey, keyId, client: pbxClient(cloud.relayUrl, { ...signer, keyId: `${id}/${keyId}` }) }
}

const add = (client: Client, publicKey: string) => client.call('POST', '/v1/keys', { publicKey })
const remove = (client: Client, keyId: string) => client.call('DELETE', `/v1/keys/${keyId}`)
const idsOf = async (client: Client) =>
  (await client.call('GET', '/v1/keys')).json.keys.map(({ keyId }: { keyId: string }) => keyId)

test('rotation: the new key signs at once, beside the old one, and then removes it', async () => {
  const old = await newClient('rotates')
  expect((await old.register('1001', 'phone', android('rotates'))).status).toBe(200)
  const next = anotherKey(old)
  const added = await add(old, next.publicKey)
  expect(added.status).toBe(200)
  expect(added.json).toEqual({ keyId: next.keyId, addedAt: expect.stringMatching(/Z$/) })
  // The function has read this PBX a moment ago, without the new key.
  expect((await next.client.list('1001')).json.devices).toHaveLength(1)
  expect((await old.list('1001')).status).toBe(200)
  expect(await idsOf(next.client)).toEqual(['k1', next.keyId])
  expect((await remove(next.client, 'k1')).status).toBe(204)
  expect(await idsOf(next.client)).toEqual([next.keyId])
})

test('adding a key again and removing it again answer the same', async () => {
  const client = await newClient('repeats')
  const { publicKey, keyId } = anotherKey(client)
  const [first, again] = [await add(client, publicKey), await add(client, publicKey)]
  expect([again.status, again.json]).toEqual([200, first.json])
  expect([(await remove(client, keyId)).status, (await remove(client, keyId)).status]).toEqual([204, 204])
  expect(await idsOf(client)).toEqual(['k1'])
})

test('the key that signs cannot be removed', async () => {
  const client = await newClient('locked')
  expectProblem(await remove(client, 'k1'), 'key_in_use')
  expect(await idsOf(client)).toEqual(['k1'])
})

test(`${MOST_KEYS} keys and no more`, async () => {
  const client = await newClient('full')
  for (let i = 1; i < MOST_KEYS; i++) expect((await add(client, anotherKey(client).publicKey)).status).toBe(200)
  expectProblem(await add(client, anotherKey(client).publicKey), 'too_many_keys')
  expect(await idsOf(client)).toHaveLength(MOST_KEYS)
})

test('a PBX sees and changes its own keys only', async () => {
  const { publicKey, keyId } = anotherKey(a)
  await add(a, publicKey)
  expect(await idsOf(b)).toEqual(['k1'])
  expect((await remove(b, keyId)).status).toBe(204)
  expect(await idsOf(a)).toEqual(['k1', keyId])
})

test('a key that was revoked is refused', async () => {
  const [stays, revoked] = [await newClient('stays'), await newClient('revoked')]
  await pbxs.revoke('revoked', Date.now())
  for (const [client, status] of [
    [stays, 200],
    [revoked, 401],
  ] as const)
    expect((await client.list('1001')).status).toBe(status)
})

test('a key that was revoked a moment ago lets no other key in, sees none and removes none', async () => {
  const client = await newClient('stolen')
  const { publicKey, keyId, client: good } = anotherKey(client)
  await add(client, publicKey)
  expect(await idsOf(good)).toEqual(['k1', keyId])
  await pbxs.removeKey('stolen', 'k1', 'k1')
  // The function still knows the key, so it is the rules that refuse it.
  expectProblem(await add(client, anotherKey(client).publicKey), 'signature_refused')
  expectProblem(await remove(client, keyId), 'signature_refused')
  expectProblem(await client.call('GET', '/v1/keys'), 'signature_refused')
  expect(await idsOf(good)).toEqual([keyId])
})

test('a key that is none is an invalid request', async () => {
  const client = await newClient('invalid')
  expectProblem(await add(client, 'A'.repeat(42)), 'invalid_request')
  expectProblem(await remove(client, '~2A'), 'invalid_request')
  expect(await idsOf(client)).toEqual(['k1'])
})

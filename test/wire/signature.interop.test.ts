/** `http-message-sig`, an independent implementation of RFC 9421, in both directions. */
import type { webcrypto as nodeCrypto } from 'node:crypto'
import { createSignature, type SignatureParameters, verifySignature, webcrypto } from 'http-message-sig'
import { describe, expect, test } from 'vitest'
import {
  COMPONENTS,
  contentDigest,
  LABEL,
  MAX_AGE_SECONDS,
  MAX_AHEAD_SECONDS,
  type SignatureHeaders,
  type SignedParts,
} from '../../wire/signature.ts'
import { CREATED, PRIVATE_KEY, PUBLIC_KEY } from './rfc9421.ts'
import { KEY_ID, PARTS, signed, verdictOf } from './signed.ts'

const cryptoKey = (key: typeof PRIVATE_KEY, usage: 'sign' | 'verify'): nodeCrypto.CryptoKey =>
  key.toCryptoKey('Ed25519', true, [usage])

const signer = webcrypto.signer(cryptoKey(PRIVATE_KEY, 'sign'))
const verifier = webcrypto.verifier(cryptoKey(PUBLIC_KEY, 'verify'))

const REQUESTS: [name: string, parts: SignedParts][] = [
  ['ring', PARTS],
  ['cancel', { ...PARTS, method: 'DELETE', path: '/v1/calls/a84b~40host', query: 'reason=declined', body: Buffer.alloc(0) }],
  ['list on a port', { ...PARTS, method: 'GET', authority: '127.0.0.1:8443', path: '/v1/extensions/~2E/devices', query: '' }],
  ['text beyond ASCII', { ...PARTS, body: Buffer.from('{"name":"Zoë ☎ 𝒲"}') }],
]

const messageOf = ({ method, authority, path, query, body }: SignedParts, headers: Record<string, string> = {}) => ({
  kind: 'request' as const,
  method,
  targetUri: `https://${authority}${path}${query && `?${query}`}`,
  fields: Object.entries({ 'content-digest': contentDigest(body), ...headers }).map(([name, value]) => ({ name, value })),
})

const PARAMETERS = { created: CREATED, keyid: KEY_ID, alg: 'ed25519' }

async function signedByTheOther(parts: SignedParts, parameters: SignatureParameters = PARAMETERS, label = LABEL) {
  const { signature, signatureInput } = await createSignature(messageOf(parts), {
    label,
    components: [...COMPONENTS],
    parameters,
    signer,
  })
  return { signature, 'signature-input': signatureInput, 'content-digest': contentDigest(parts.body) }
}

const verifiedByTheOther = (parts: SignedParts, headers: SignatureHeaders, now = CREATED) =>
  verifySignature(messageOf(parts, headers), {
    label: LABEL,
    policy: {
      algorithms: ['ed25519'],
      requiredComponents: [...COMPONENTS],
      requiredParameters: ['created', 'keyid', 'alg'],
      maxAge: MAX_AGE_SECONDS - MAX_AHEAD_SECONDS,
      clockSkew: MAX_AHEAD_SECONDS,
      now,
    },
    resolveVerifier: () => verifier,
  })

describe.each(REQUESTS)('http-message-sig signs, wakecall verifies: %s', (_, parts) => {
  test('accepted', async () => {
    expect(await verdictOf({ parts, headers: await signedByTheOther(parts) })).toBe('accepted')
  })

  test('with its parameters in another order: accepted', async () => {
    const headers = await signedByTheOther(parts, { alg: 'ed25519', keyid: KEY_ID, created: CREATED })
    expect(headers['signature-input']).toMatch(/;alg=.*;keyid=.*;created=/)
    expect(await verdictOf({ parts, headers })).toBe('accepted')
  })

  test('both make the same headers', async () => {
    expect(signed(parts)).toEqual(await signedByTheOther(parts))
  })

  test('for another request: refused', async () => {
    const headers = await signedByTheOther(parts)
    expect(await verdictOf({ parts: { ...parts, path: `${parts.path}x` }, headers })).toBe('mismatch')
    expect(await verdictOf({ parts: { ...parts, body: Buffer.from('x') }, headers })).toBe('digest')
  })

  test.each([['expires', CREATED + 60] as const, ['nonce', 'n'] as const, ['tag', 'wakecall'] as const])(
    'with %s: refused',
    async (name, value) => {
      expect(await verdictOf({ parts, headers: await signedByTheOther(parts, { ...PARAMETERS, [name]: value }) })).toBe(
        'malformed',
      )
    },
  )

  test('under another label: refused', async () => {
    expect(await verdictOf({ parts, headers: await signedByTheOther(parts, PARAMETERS, 'sig1') })).toBe('malformed')
  })
})

describe.each(REQUESTS)('wakecall signs, http-message-sig verifies: %s', (_, parts) => {
  test('accepted, with the same components and parameters', async () => {
    const verified = await verifiedByTheOther(parts, signed(parts))
    expect(verified.components.map(({ name }) => name)).toEqual([...COMPONENTS])
    expect(verified.parameters).toEqual(PARAMETERS)
  })

  test('for another request: refused', async () => {
    const other = { ...parts, method: 'PUT' }
    await expect(verifiedByTheOther(other, signed(parts))).rejects.toMatchObject({ code: 'VerificationFailed' })
  })

  test('too old by a second: refused', async () => {
    await expect(verifiedByTheOther(parts, signed(parts), CREATED + MAX_AGE_SECONDS)).resolves.toBeDefined()
    await expect(verifiedByTheOther(parts, signed(parts), CREATED + MAX_AGE_SECONDS + 1)).rejects.toMatchObject({
      code: 'PolicyViolation',
    })
  })
})

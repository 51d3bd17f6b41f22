import { createHash, sign, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { contentDigest, publicKeyFrom, publicKeyText, signatureBase } from '../../wire/signature.ts'
import {
  B4,
  B26,
  CREATED,
  OTHER_PROFILES,
  PRIVATE_KEY,
  PUBLIC_KEY,
  PUBLIC_KEY_TEXT,
  REQUEST,
  REQUEST_DIGEST_512,
} from './rfc9421.ts'
import { verdictOf } from './signed.ts'

const isSignedBase = (base: string, signature: string) =>
  verify(null, Buffer.from(base), publicKeyFrom(PUBLIC_KEY_TEXT), Buffer.from(signature, 'base64'))

describe('RFC 9421, B.1.4: the Ed25519 key', () => {
  test('has one text, made from its private and from its public half', () => {
    expect(publicKeyText(PRIVATE_KEY)).toBe(PUBLIC_KEY_TEXT)
    expect(publicKeyText(PUBLIC_KEY)).toBe(PUBLIC_KEY_TEXT)
    expect(publicKeyFrom(PUBLIC_KEY_TEXT).equals(PUBLIC_KEY)).toBe(true)
  })

  test.each(['', 'JrQLj5P', `${PUBLIC_KEY_TEXT}AAAA`])('a text of another length is refused: "%s"', (text) => {
    expect(() => publicKeyFrom(text)).toThrow()
  })
})

describe('RFC 9421, B.2.6: signing a request with Ed25519', () => {
  test('the signature base is byte-exact', () => {
    expect(signatureBase(B26.components, B26.params)).toBe(B26.base)
  })

  test('the signature is byte-exact', () => {
    const base = signatureBase(B26.components, B26.params)
    expect(sign(null, Buffer.from(base), PRIVATE_KEY).toString('base64')).toBe(B26.signature)
    expect(isSignedBase(base, B26.signature)).toBe(true)
  })

  test.each(B26.components.map(([name], i) => [name, i] as const))('a change of %s breaks it', (_, changed) => {
    const components = B26.components.map(([name, value], i) => [name, i === changed ? `${value}x` : value] as const)
    expect(isSignedBase(signatureBase(components, B26.params), B26.signature)).toBe(false)
  })

  test('a change of the parameters breaks it', () => {
    expect(isSignedBase(signatureBase(B26.components, B26.params.replace('73', '74')), B26.signature)).toBe(false)
  })
})

describe('RFC 9421, B.4: HTTP message transformations', () => {
  test('the signature fits its base, and no base with the values of accept in another order', () => {
    expect(isSignedBase(B4.base, B4.signature)).toBe(true)
    expect(isSignedBase(B4.base.replace('application/json, */*', '*/*, application/json'), B4.signature)).toBe(false)
  })
})

describe('RFC 9421: valid signatures outside the profile are refused', () => {
  const headers = ({ input, signature }: (typeof OTHER_PROFILES)[number], digest: string) => ({
    'signature-input': input,
    signature,
    'content-digest': digest,
  })
  const now = CREATED * 1000
  const publicKey = async () => PUBLIC_KEY

  test.each(OTHER_PROFILES)('$section', async (example) => {
    for (const digest of [contentDigest(REQUEST.body), REQUEST_DIGEST_512]) {
      expect(await verdictOf({ parts: REQUEST, headers: headers(example, digest), now, publicKey })).toBe('malformed')
    }
  })

  test.each(OTHER_PROFILES)('$section, under our label', async (example) => {
    const relabelled = {
      section: example.section,
      input: example.input.replace(/^[^=]+=/, 'wakecall='),
      signature: example.signature.replace(/^[^=]+=/, 'wakecall='),
    }
    const given = headers(relabelled, contentDigest(REQUEST.body))
    expect(await verdictOf({ parts: REQUEST, headers: given, now, publicKey })).toBe('malformed')
  })
})

describe('RFC 9530: content digests', () => {
  test.each([
    ['B.1, content', '{"hello": "world"}\n', 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:'],
    ['B.2, no content', '', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'],
    ['D, sample digest values', '{"hello": "world"}', 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'],
  ])('%s', (_, body, digest) => {
    expect(contentDigest(Buffer.from(body))).toBe(digest)
    expect(contentDigest(Buffer.from(`${body} `))).not.toBe(digest)
  })

  test("the RFC's sha-512 of the same content is the digest of that content", () => {
    expect(REQUEST_DIGEST_512).toBe(`sha-512=:${createHash('sha512').update(REQUEST.body).digest('base64')}:`)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signRequest } from '../../wire/signature.ts'
import { CREATED, PRIVATE_KEY, PUBLIC_KEY } from './rfc9421.ts'
import { KEY_ID, PARTS, signed, verdictOf } from './signed.ts'

const arbitraryParts = fc.record({
  method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE'),
  authority: fc.oneof(fc.domain(), fc.ipV4()),
  path: fc.webPath({ size: 'small' }).map((path) => `/v1${path}`),
  query: fc.webQueryParameters({ size: 'small' }),
  body: fc.uint8Array({ maxLength: 200 }),
})

const keyId = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}\/[A-Za-z0-9_-]{1,64}$/)

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.base64String())

const NAMES = ['signature', 'signature-input', 'content-digest'] as const
const name = fc.constantFrom(...NAMES)

/** `text` with the part from `from` to `to` replaced by `by`. */
const splice = (text: string, from: number, length: number, by: string) => text.slice(0, from) + by + text.slice(from + length)

const flipBit = (bytes: Buffer, bit: number): Buffer => {
  const flipped = Buffer.from(bytes)
  const at = bit >> 3
  flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7))
  return flipped
}

const bytesOf = (header: string): Buffer => Buffer.from(/:(.*):/.exec(header)?.[1] ?? '', 'base64')
const withBytes = (header: string, bytes: Buffer): string => header.replace(/:.*:/, `:${bytes.toString('base64')}:`)

test('what is signed is accepted', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryParts, keyId, fc.integer({ min: 0, max: 999_999_999_999 }), async (parts, keyId, created) => {
      const headers = signRequest(parts, PRIVATE_KEY, keyId, created)
      expect(await verdictOf({ parts, headers, now: created * 1000, publicKey: async () => PUBLIC_KEY })).toBe('accepted')
    }),
  )
})

describe('only our own errors escape', () => {
  test('for arbitrary headers', async () => {
    const header = fc.option(anyText, { nil: undefined })
    await fc.assert(
      fc.asyncProperty(header, header, header, async (signature, input, digest) => {
        const headers = { signature, 'signature-input': input, 'content-digest': digest }
        expect(await verdictOf({ headers })).not.toBe('accepted')
      }),
    )
  })

  test('for a valid request with one header changed at one place', async () => {
    await fc.assert(
      fc.asyncProperty(name, fc.nat(200), fc.nat(8), anyText, async (name, from, length, by) => {
        const valid = signed()
        const changed = splice(valid[name], from, length, by)
        fc.pre(changed !== valid[name])
        expect(await verdictOf({ headers: { ...valid, [name]: changed } })).not.toBe('accepted')
      }),
      { numRuns: 500 },
    )
  })

  test('for arbitrary parts under a signature of others', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryParts, async (parts) => {
        expect(await verdictOf({ parts, headers: signed() })).not.toBe('accepted')
      }),
    )
  })
})

describe('any single bit flipped is refused', () => {
  const valid = signed()

  test('in the signature', async () => {
    for (let bit = 0; bit < 512; bit++) {
      const signature = withBytes(valid.signature, flipBit(bytesOf(valid.signature), bit))
      expect(await verdictOf({ headers: { ...valid, signature } })).toBe('mismatch')
    }
  })

  test('in the digest', async () => {
    for (let bit = 0; bit < 256; bit++) {
      const digest = withBytes(valid['content-digest'], flipBit(bytesOf(valid['content-digest']), bit))
      expect(await verdictOf({ headers: { ...valid, 'content-digest': digest } })).toBe('digest')
    }
  })

  test('in the body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(PARTS.body.length * 8 - 1), async (bit) => {
        expect(await verdictOf({ parts: { ...PARTS, body: flipBit(Buffer.from(PARTS.body), bit) } })).toBe('digest')
      }),
    )
  })

  test('in the time or the key id', async () => {
    const headers = { ...signed(), 'signature-input': signed()['signature-input'].replace(`${CREATED}`, `${CREATED + 1}`) }
    expect(await verdictOf({ headers })).toBe('mismatch')
    const other = { ...signed(), 'signature-input': signed()['signature-input'].replace(KEY_ID, 'pbx-2/key-1') }
    expect(await verdictOf({ headers: other, publicKey: async () => PUBLIC_KEY })).toBe('mismatch')
  })
})

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callUuid } from '../../wire/uuid.ts'

/** RFC 9562, 5.5, computed from its text: SHA-1 of namespace and name, then version and variant. */
function uuidV5(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const URL_NAMESPACE = '6ba7b811-9dad-11d1-80b4-00c04fd430c8'
const NAMESPACE = uuidV5(URL_NAMESPACE, 'urn:wakecall:call')

test('RFC 9562, A.4: the example of version 5 proves the computation beside it', () => {
  expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2')
})

test('is the version 5 UUID of pbx/callId', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9-]{1,63}$/), fc.stringMatching(/^[\x21-\x7e]{1,255}$/), (pbx, callId) => {
      expect(callUuid(pbx, callId)).toBe(uuidV5(NAMESPACE, `${pbx}/${callId}`))
    }),
  )
})

test('the same call id on another PBX is another call', () => {
  expect(callUuid('pbx-1', 'a84b@host')).toBe(callUuid('pbx-1', 'a84b@host'))
  expect(callUuid('pbx-1', 'a84b@host')).not.toBe(callUuid('pbx-2', 'a84b@host'))
})

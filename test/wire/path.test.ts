import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeId, unescapeId } from '../../wire/path.ts'

const callId = fc.stringMatching(/^[\x21-\x7e]{1,255}$/)

describe('escapeId', () => {
  test.each([
    ['1001', '1001'],
    ['a84b@host/1', 'a84b~40host~2F1'],
    ['~', '~7E'],
    ['%2F', '~252F'],
    ['?reason=x#y', '~3Freason~3Dx~23y'],
    ['*43#', '~2A43~23'],
    ['.', '~2E'],
    ['..', '~2E~2E'],
    ['...', '...'],
    ['.a', '.a'],
  ])('%s → %s', (id, segment) => {
    expect(escapeId(id)).toBe(segment)
    expect(unescapeId(segment)).toBe(id)
  })
})

describe('unescapeId gives nothing for what escapeId never makes', () => {
  test.each(['~', '~4', '~4G', '~2f', '~41', 'a~2E', '.', '..', 'a/b', 'a@b', 'a%40b', 'a b', 'é', '~2E.', '~7e'])(
    '%s',
    (segment) => {
      expect(unescapeId(segment)).toBeUndefined()
    },
  )

  test('any text: nothing, or the one id whose path it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-F0-9~.%]{1,12}$/)), (segment) => {
        const id = unescapeId(segment)
        if (id !== undefined) expect(escapeId(id)).toBe(segment)
      }),
    )
  })
})

describe('a call id in a path', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(callId, (id) => {
        expect(unescapeId(escapeId(id))).toBe(id)
      }),
    )
  })

  test('two of them never share a path', () => {
    fc.assert(
      fc.property(callId, callId, (a, b) => {
        expect(escapeId(a) === escapeId(b)).toBe(a === b)
      }),
    )
  })

  test('is made of unreserved characters only (RFC 3986, 2.3), and is never a dot segment', () => {
    fc.assert(
      fc.property(callId, (id) => {
        expect(escapeId(id)).toMatch(/^[A-Za-z0-9._~-]+$/)
        expect(escapeId(id)).not.toMatch(/^\.{1,2}$/)
      }),
    )
  })

  test('is left alone by percent-decoding, by percent-encoding and by URL parsers', () => {
    fc.assert(
      fc.property(callId, (id) => {
        const path = `/v1/calls/${escapeId(id)}`
        expect(decodeURIComponent(path)).toBe(path)
        expect(encodeURI(path)).toBe(path)
        expect(new URL(path, 'https://relay.example.com').href).toBe(`https://relay.example.com${path}`)
      }),
    )
  })
})

import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { FATES, readToken, TOKEN_KINDS, tokenOf } from '../../local/tokens.ts'
import { AppleToken, FcmToken } from '../../wire/fields.ts'

const tokens = TOKEN_KINDS.flatMap((kind) => FATES.map((fate) => ({ kind, fate, phone: 'alice-1' })))

describe('a simulated token', () => {
  test.each(tokens)('$kind $fate has the real form and is read back', (token) => {
    const text = tokenOf(token)
    expect(v.parse(token.kind === 'fcm' ? FcmToken : AppleToken, text)).toBe(text)
    expect(readToken(text)).toEqual(token)
  })

  test.each(['a', 'x'.repeat(64)])('has the real form whatever the length of the name: %s', (phone) => {
    for (const kind of TOKEN_KINDS) {
      expect(v.is(kind === 'fcm' ? FcmToken : AppleToken, tokenOf({ kind, fate: 'accept', phone }))).toBe(true)
    }
  })

  test.each(['', 'x'.repeat(65), 'al:ice', 'al ice', 'álice'])('names no phone %j', (phone) => {
    expect(() => tokenOf({ kind: 'fcm', fate: 'accept', phone })).toThrow(RangeError)
  })

  const hex = (text: string) => Buffer.from(text).toString('hex')
  test.each([
    ['a real APNs token', 'a9f0'.repeat(16)],
    ['a real FCM token', 'cX9d-3Yt:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx'],
    ['another fate', 'wakecall:fcm:lost:alice'],
    ['another kind', 'wakecall:sms:accept:alice'],
    ["Apple's in plain text", 'wakecall:voip:accept:alice'],
    ["Google's in hexadecimal", hex('wakecall:fcm:accept:alice')],
    ['more before it', hex('x wakecall:voip:accept:alice')],
    ['nothing', ''],
  ])('is not %s', (_, token) => {
    expect(readToken(token)).toBeUndefined()
  })
})

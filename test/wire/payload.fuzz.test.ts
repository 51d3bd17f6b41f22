/** The worst that the schemas allow: every push must still fit its platform. */
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { CANCEL_REASONS, RingRequest } from '../../wire/calls.ts'
import type { Caller } from '../../wire/fields.ts'
import { MessageRequest } from '../../wire/messages.ts'
import { callPush, cancelPush, messagePush, PAYLOAD_LIMITS, type PlatformPush } from '../../wire/payload.ts'
import { callUuid } from '../../wire/uuid.ts'
import { BUNDLE, QUIET_PLATFORMS, readPush, VOIP_PLATFORMS } from './read-push.ts'

const TIMES = { sentAt: '2026-03-01T12:00:00.000Z', expiresAt: '2026-03-01T12:00:30.000Z' }

const upTo = (unit: fc.Arbitrary<string>, maxLength: number) =>
  fc.oneof(fc.string({ unit, minLength: 1, maxLength }), fc.string({ unit, minLength: maxLength, maxLength }))
/** Each costs the most bytes in one of the encodings: UTF-8, JSON, JSON in JSON. */
const costly = fc.constantFrom('"', '\\', '𝒲', '\u2028', 'é', 'a')
const visible = fc.constantFrom('"', '\\', '~', 'a')
const custom = fc.constantFrom({}, { a: '"'.repeat(508) }, { a: '\\'.repeat(508) }, { a: '\0'.repeat(169) })
const caller = fc.record({ number: upTo(visible, 64), name: upTo(costly, 128) }, { requiredKeys: ['number'] })
const common = { pbx: fc.constantFrom('a', 'p'.repeat(63)), to: fc.constantFrom('1', '*'.repeat(64)), from: caller, custom }

const call = fc.record({ ...common, callId: upTo(visible, 255) }).map(({ pbx, ...request }) => {
  const { to, from, custom, callId } = v.parse(RingRequest, request)
  return { v: 1, event: 'call', pbx, to, from, custom, callId, uuid: callUuid(pbx, callId), ...TIMES } as const
})

const cancel = fc
  .record({ call, reason: fc.constantFrom(...CANCEL_REASONS) })
  .map(({ call: { from: _, custom: __, ...call }, reason }) => ({ ...call, event: 'cancel', reason }) as const)

const message = fc
  .record({
    ...common,
    messageId: upTo(visible, 255),
    text: upTo(costly, 2000),
    android: fc.constantFrom('data', 'notification'),
  })
  .map(({ pbx, ...given }) => {
    const { to, from, custom, messageId, ...request } = v.parse(MessageRequest, given)
    return { wake: { v: 1, event: 'message', pbx, to, from, custom, messageId, ...TIMES } as const, request }
  })

const fits = ({ platform, body }: PlatformPush) => Buffer.byteLength(body) <= PAYLOAD_LIMITS[platform]

/** A text that was shortened is a beginning of what it was, in whole code points, and an ellipsis. */
function expectShortened(shown: string, original: string) {
  if (shown === original || shown === '') return
  expect(shown.endsWith('…')).toBe(true)
  expect(original.startsWith(shown.slice(0, -1))).toBe(true)
  expect(shown.isWellFormed()).toBe(true)
}

function expectAllButName(shown: object, sent: { from: Caller }) {
  const { from, ...rest } = shown as { from: Caller }
  const { from: sentFrom, ...sentRest } = sent
  expectShortened(from.name ?? '', sentFrom.name ?? '')
  expect(from.number).toBe(sentFrom.number)
  expect(rest).toEqual(sentRest)
}

describe.each([...VOIP_PLATFORMS, ...QUIET_PLATFORMS])('a call through %s', (platform) => {
  const route = { platform, bundle: BUNDLE }

  test('fits, everything but a long name whole', () => {
    fc.assert(
      fc.property(call, (wake) => {
        const push = callPush(route, wake)
        expect(fits(push)).toBe(true)
        expectAllButName(readPush(push).wake, wake)
      }),
    )
  })

  test('a name of up to 48 characters is never shortened', () => {
    fc.assert(
      fc.property(call, upTo(costly, 48), (wake, name) => {
        const push = callPush(route, { ...wake, from: { ...wake.from, name } })
        expect(readPush(push).wake).toMatchObject({ from: { name } })
      }),
    )
  })

  test('without custom, no name is ever shortened', () => {
    fc.assert(
      fc.property(call, ({ custom: _, ...wake }) => {
        expect(readPush(callPush(route, wake)).wake).toEqual(wake)
      }),
    )
  })
})

describe.each(QUIET_PLATFORMS)('through %s', (platform) => {
  const route = { platform, bundle: BUNDLE }

  test('a cancel fits, whole', () => {
    fc.assert(
      fc.property(cancel, (wake) => {
        const push = cancelPush(route, wake)
        expect(fits(push)).toBe(true)
        expect(readPush(push).wake).toEqual(wake)
      }),
    )
  })

  test('a message fits, everything but text and a long name whole', () => {
    fc.assert(
      fc.property(message, ({ wake, request }) => {
        const push = messagePush(route, wake, request)
        expect(fits(push)).toBe(true)
        const shown = readPush(push)
        expectAllButName(shown.wake, wake)
        expectShortened(shown.text ?? '', request.text)
      }),
    )
  })

  test('a text is shortened only if it must be, and no more than it must be', () => {
    fc.assert(
      fc.property(message, ({ wake, request }) => {
        const plain = { ...wake, from: { number: '1002' } }
        const push = messagePush(route, plain, request)
        const shown = readPush(push).text ?? ''
        if (shown === request.text) return
        const longer = [...request.text].slice(0, [...shown].length).join('')
        const body = push.body.replace(JSON.stringify(shown), () => JSON.stringify(`${longer}…`))
        expect(fits({ ...push, body })).toBe(false)
      }),
    )
  })
})

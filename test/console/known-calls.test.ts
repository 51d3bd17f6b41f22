import { expect, test } from 'vitest'
import type { CallRecord } from '../../client/call-record.ts'
import { callInHand, KEPT, newestOf, withChanged } from '../../console/src/known-calls.ts'

const call = (askedAt: number, changes: Partial<CallRecord> = {}): CallRecord => ({
  callId: `call-${askedAt}`,
  to: '1001',
  from: { number: '1002' },
  askedAt,
  ringSeconds: 30,
  devices: [],
  ...changes,
})
const calls = (count: number) => Array.from({ length: count }, (_, i) => call(i))

test('a call that has changed takes its own place, and older ones come last', () => {
  const known = withChanged(new Map(), [call(2), call(3)])
  expect(newestOf(withChanged(known, [call(2, { pushedMs: 9 }), call(1)]))).toEqual([call(3), call(2, { pushedMs: 9 }), call(1)])
})

test('a page that is open for days forgets the oldest ones', () => {
  const full = withChanged(new Map(), calls(KEPT))
  expect(full.size).toBe(KEPT)
  const after = newestOf(withChanged(full, [call(KEPT)]))
  expect([after.length, after[0]?.askedAt, after.at(-1)?.askedAt]).toEqual([KEPT / 2, KEPT, KEPT / 2 + 1])
})

const phone = { deviceId: 'phone', platform: 'ios', outcome: 'accepted', steps: {} } as const
const rings = { pushedMs: 9, devices: [phone] }

test.for([
  ['the newest of those that ring', [call(3, rings), call(2, rings)], 3],
  ['one that rings, before a newer one of which nothing is known yet', [call(3), call(2, rings)], 2],
  ['one that rings, before a newer one that reached nobody', [call(3, { pushedMs: 9 }), call(2, rings)], 2],
  [
    'one that rings, before a newer one that was answered',
    [call(3, { devices: [{ ...phone, steps: { answered: 1 } }] }), call(2, rings)],
    2,
  ],
  ['the newest, if none rings', [call(3, { pushedMs: 9 }), call(2, { ...rings, ringSeconds: 0 })], 3],
  ['the newest, of which nothing is known yet', [call(3), call(2, { pushedMs: 9 })], 3],
] as const)('in hand is %s', ([, newest, askedAt]) => {
  expect(callInHand(newest, 10)?.askedAt).toBe(askedAt)
})

test('without a call none is in hand', () => {
  expect(callInHand([], 10)).toBeUndefined()
})

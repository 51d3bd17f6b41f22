import { expect, test } from 'vitest'
import type { CallRecord } from '../../client/call-record.ts'
import { KEPT, newestOf, withChanged } from '../../console/src/known-calls.ts'

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

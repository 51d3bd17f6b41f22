import { expect, test } from 'vitest'
import { nameReason } from '../../client/reasons.ts'
import { SNS_ERRORS } from '../../core/outcome.ts'

test.each([...new Set(SNS_ERRORS.map(({ reason }) => reason)), 'sns_unreachable', 'unexpected_refusal', 'relay_slow'])(
  '%s is said in plain words',
  (reason) => {
    expect(nameReason(reason)).toMatch(new RegExp(`^${reason}: .{10}`))
  },
)

test('what has no words stands for itself', () => {
  expect(nameReason('gibberish')).toBe('gibberish')
})

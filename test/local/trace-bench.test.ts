import { expect, test } from 'vitest'
import { traceTimes } from '../../bench/trace.ts'

/** More than a page of each group; the bench itself has a million. */
const RECORDS = 50_000

test('the benchmark traces its call whole, and every record of its logs stands in the times that are searched', async () => {
  const times = await traceTimes(RECORDS)
  expect(times.length).toBeGreaterThan(0)
  expect(times.every(Number.isFinite)).toBe(true)
})

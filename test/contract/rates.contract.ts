import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { RateStore } from '../../core/ports.ts'

const MINUTE = 29_000_000

/** What core asks of a `RateStore`. */
export function ratesContract(open: () => RateStore): void {
  test('adding gives the sum of the minute', async () => {
    const pbx = randomUUID()
    expect(await open().add(pbx, MINUTE, 3)).toBe(3)
    expect(await open().add(pbx, MINUTE, 4)).toBe(7)
  })

  test('another minute and another PBX have sums of their own', async () => {
    const pbx = randomUUID()
    await open().add(pbx, MINUTE, 3)
    expect(await open().add(pbx, MINUTE + 1, 1)).toBe(1)
    expect(await open().add(randomUUID(), MINUTE, 1)).toBe(1)
  })

  test('containers that add at once lose nothing, and no two are given the same sum', async () => {
    const pbx = randomUUID()
    const sums = await Promise.all(Array.from({ length: 100 }, () => open().add(pbx, MINUTE, 2)))
    expect(Math.max(...sums)).toBe(200)
    expect(new Set(sums).size).toBe(100)
  })
}

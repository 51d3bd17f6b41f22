import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { systemClock, virtualClock, wait } from '../../local/clock.ts'
import { drawWakeDelay, MEDIAN_WAKE_MS } from '../../local/phones/delay.ts'

/** Draws that run evenly over [0, 1) × [0, 1). */
function gridOfDelays(side: number): number[] {
  const points = Array.from({ length: side }, (_, i) => (i + 0.5) / side)
  return points.flatMap((a) =>
    points.map((b) => {
      const draws = [a, b]
      return drawWakeDelay(() => draws.shift() ?? 0)
    }),
  )
}

describe('the delay of a waking phone', () => {
  test('has its median where it says, and 95 % of the phones below 2.3 times that', () => {
    const delays = gridOfDelays(100).sort((a, b) => a - b)
    expect(delays[5000]).toBeCloseTo(MEDIAN_WAKE_MS, -1)
    expect(delays[9500]).toBeLessThan(2.3 * MEDIAN_WAKE_MS)
    expect(delays[9500]).toBeGreaterThan(2.1 * MEDIAN_WAKE_MS)
  })

  test('is positive and finite whatever is drawn', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (draw) => {
        const delay = drawWakeDelay(() => draw)
        expect(delay).toBeGreaterThan(0)
        expect(delay).toBeLessThan(Number.POSITIVE_INFINITY)
      }),
    )
  })
})

describe('the clocks', () => {
  test('a virtual clock runs timers in order, those too that timers set, and stands still otherwise', async () => {
    const clock = virtualClock(1000)
    const ran: string[] = []
    clock.after(20, () => ran.push(`late ${clock.now()}`))
    clock.after(10, () => {
      ran.push(`early ${clock.now()}`)
      clock.after(5, () => ran.push(`between ${clock.now()}`))
    })
    const callOff = clock.after(15, () => ran.push('called off'))
    callOff()
    await clock.advance(20)
    expect(ran).toEqual(['early 1010', 'between 1015', 'late 1020'])
    expect(clock.now()).toBe(1020)
  })

  test("the machine's clock runs its timers, unless they are called off", async () => {
    const ran: string[] = []
    const callOff = systemClock.after(0, () => ran.push('called off'))
    callOff()
    await wait(systemClock, 1)
    expect(ran).toEqual([])
  })
})

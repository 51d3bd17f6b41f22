import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RateStore } from '../../core/ports.ts'
import { createRate, rateHeaders } from '../../core/rate.ts'
import { START, virtualClock } from './clock.ts'
import { createMemory } from './memory.ts'

/** The shared counter, and when it was written to. */
function counting({ rates } = createMemory()) {
  const writes: number[] = []
  const clock = virtualClock()
  const store: RateStore = {
    add: (...added) => {
      writes.push(clock.now())
      return rates.add(...added)
    },
  }
  return { clock, store, writes }
}

test('under a tenth of the quota nothing is written', async () => {
  const { clock, store, writes } = counting()
  const rate = createRate(store, clock)
  rate.take('acme', 9, 100)
  await rate.flush('acme', 100)
  expect(writes).toEqual([])
})

test('from a tenth of the quota on it is', async () => {
  const { clock, store, writes } = counting()
  const rate = createRate(store, clock)
  rate.take('acme', 10, 100)
  await rate.flush('acme', 100)
  expect(writes).toEqual([START])
})

test('however calls come, a container writes at most once a second and adds each push once', async () => {
  const calls = fc.array(fc.record({ pushes: fc.integer({ min: 0, max: 9 }), waitMs: fc.nat({ max: 700 }) }), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(calls, async (calls) => {
      const memory = createMemory()
      const { clock, store, writes } = counting(memory)
      const rate = createRate(store, clock)
      let taken = 0
      for (const { pushes, waitMs } of calls) {
        if (rate.take('acme', pushes, 1000).allowed) taken += pushes
        await rate.flush('acme', 10)
        await clock.sleep(waitMs)
      }
      writes.forEach((at, i) => {
        expect(at - (writes[i - 1] ?? 0)).toBeGreaterThanOrEqual(1000)
      })
      rate.take('acme', 1, 1000)
      await clock.sleep(1000)
      await rate.flush('acme', 10)
      expect(await memory.rates.add('acme', Math.floor(START / 60_000), 0)).toBe(taken + 1)
    }),
  )
})

test('a write that takes longer than a second does not add its pushes twice', async () => {
  const { rates } = createMemory()
  const clock = virtualClock()
  const slow: RateStore = {
    add: async (...added) => {
      await clock.sleep(1500)
      return rates.add(...added)
    },
  }
  const rate = createRate(slow, clock)
  rate.take('acme', 50, 100)
  const first = rate.flush('acme', 100)
  await clock.sleep(1000)
  await Promise.all([first, rate.flush('acme', 100)])
  expect(await rates.add('acme', Math.floor(START / 60_000), 0)).toBe(50)
})

test('a write that fails loses no push: the next one adds it', async () => {
  const { rates } = createMemory()
  const clock = virtualClock()
  let fails = true
  const rate = createRate({ add: (...added) => (fails ? Promise.reject(new Error('no table')) : rates.add(...added)) }, clock)
  rate.take('acme', 50, 100)
  await expect(rate.flush('acme', 100)).rejects.toThrow('no table')
  fails = false
  await clock.sleep(1000)
  await rate.flush('acme', 100)
  expect(await rates.add('acme', Math.floor(START / 60_000), 0)).toBe(50)
})

test('two containers share one quota', async () => {
  const { clock, store } = counting()
  const [one, two] = [createRate(store, clock), createRate(store, clock)]
  expect(one.take('acme', 60, 100)).toMatchObject({ allowed: true, remaining: 40 })
  await one.flush('acme', 100)
  expect(two.take('acme', 50, 100)).toMatchObject({ allowed: true, remaining: 50 })
  await two.flush('acme', 100)
  expect(two.take('acme', 1, 100)).toMatchObject({ allowed: false, remaining: 0 })
})

test('two PBXs do not', () => {
  const { clock, store } = counting()
  const rate = createRate(store, clock)
  rate.take('acme', 100, 100)
  expect(rate.take('acme', 1, 100).allowed).toBe(false)
  expect(rate.take('globex', 1, 100).allowed).toBe(true)
})

test('the last call of a minute rings on all of its devices, the next one on none', () => {
  const { clock, store } = counting()
  const rate = createRate(store, clock)
  rate.take('acme', 99, 100)
  expect(rate.take('acme', 5, 100)).toMatchObject({ allowed: true, remaining: 0 })
  expect(rate.take('acme', 1, 100)).toMatchObject({ allowed: false })
})

test('when the minute turns the quota is whole again', async () => {
  const { clock, store } = counting()
  const rate = createRate(store, clock)
  rate.take('acme', 100, 100)
  await clock.sleep(49_999)
  expect(rate.take('acme', 1, 100)).toEqual({ allowed: false, remaining: 0, resetSeconds: 1 })
  await clock.sleep(1)
  expect(rate.take('acme', 1, 100)).toEqual({ allowed: true, remaining: 99, resetSeconds: 60 })
})

test('the headers are those of the IETF draft', () => {
  expect(rateHeaders({ allowed: true, remaining: 7, resetSeconds: 42 }, 600)).toEqual({
    'ratelimit-policy': '"pushes";q=600;w=60',
    ratelimit: '"pushes";r=7;t=42',
  })
})

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { PnsProblem } from '../../client/problem.ts'
import { createAllowance } from '../../client/relay/allowance.ts'
import { createBreaker } from '../../client/relay/breaker.ts'
import { type Hedge, hedged } from '../../client/relay/hedge.ts'
import { createWarmth, keepWarm } from '../../client/relay/keep-warm.ts'
import { createLatencies, hedgeDelay } from '../../client/relay/latencies.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

const clock = { monotonic: () => Date.now() }
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const unreachable = new PnsProblem('relay_unreachable', 'ECONNREFUSED')

it('extra attempts are a tenth of the requests, and a reserve', () => {
  const { earn, take } = createAllowance(clock)
  const taken = (tries: number) => Array.from({ length: tries }, take).filter(Boolean).length
  expect(taken(100)).toBe(10)
  let extra = 0
  for (let request = 0; request < 1000; request++) {
    earn()
    extra += Number(take())
  }
  expect(extra).toBeGreaterThanOrEqual(99)
  expect(extra).toBeLessThanOrEqual(100)
  vi.advanceTimersByTime(3600_000)
  expect(taken(100)).toBe(10)
})

function breaker() {
  const probes: number[] = []
  let well = false
  const probe = async () => {
    probes.push(Date.now())
    if (!well) throw unreachable
  }
  const recover = () => {
    well = true
  }
  const made = createBreaker({ probe, wait, wall: Date.now })
  const fail = (times: number) => {
    for (let failure = 0; failure < times; failure++) made.failed(unreachable)
  }
  return { ...made, fail, probes, recover }
}

it('a breaker opens at the fifth failure in a row, and no sooner', () => {
  const { fail, answered, opened } = breaker()
  fail(4)
  answered()
  fail(4)
  expect(opened()).toBeUndefined()
  fail(1)
  expect(opened()).toEqual({ since: 0, problem: unreachable })
})

it('an open breaker probes after a second, then less and less, every ten at least', async () => {
  const { fail, probes } = breaker()
  fail(5)
  expect(probes).toEqual([])
  await vi.advanceTimersByTimeAsync(600_000)
  const pauses = probes.map((at, i) => at - (probes[i - 1] ?? 0))
  expect(pauses.slice(0, 4).every((ms, i) => ms >= 500 * 2 ** i && ms <= 1000 * 2 ** i)).toBe(true)
  expect(pauses.slice(4).every((ms) => ms >= 5_000 && ms <= 10_000)).toBe(true)
})

it('a good probe closes a breaker, which one failure more opens again', async () => {
  const { fail, opened, recover, probes } = breaker()
  fail(5)
  recover()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(opened()).toBeUndefined()
  fail(1)
  expect(opened()).toBeDefined()
  expect(probes).toHaveLength(1)
})

it('a late answer closes a breaker, and nothing probes any longer', async () => {
  const { fail, answered, opened, probes } = breaker()
  fail(5)
  answered()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([opened(), probes]).toEqual([undefined, []])
})

it('a breaker that opens anew probes once at a time', async () => {
  const { fail, answered, probes } = breaker()
  fail(5)
  answered()
  fail(5)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(probes).toHaveLength(1)
})

const answersAfter = (ms: number, answer: string) => () => wait(ms).then(() => answer)
const failsAfter = (ms: number, error: unknown) => () =>
  wait(ms).then(() => {
    throw error
  })

async function hedge(first: Hedge<string>['first'], second: Hedge<string>['second'], change: Partial<Hedge<string>> = {}) {
  const asked: string[] = []
  const began = Date.now()
  const at = () => Date.now() - began
  const settled = hedged({
    first: (overtaken) => {
      overtaken.addEventListener('abort', () => asked.push('first ended'))
      return first(overtaken)
    },
    second: (overtaken) => {
      asked.push(`second at ${at()}`)
      return second(overtaken)
    },
    delayMs: 100,
    mends: (error) => error === unreachable,
    maySecond: () => true,
    wait,
    ...change,
  }).then(
    (answer) => ({ answer, at: at() }),
    (error) => ({ error, at: at() }),
  )
  await vi.advanceTimersByTimeAsync(10_000)
  return { ...(await settled), asked }
}

it('a quick answer needs no second address', async () => {
  expect(await hedge(answersAfter(99, 'a'), answersAfter(1, 'b'))).toMatchObject({ answer: 'a', at: 99, asked: ['first ended'] })
})

it('a late one is overtaken by the second, and ended', async () => {
  const outcome = await hedge(answersAfter(5000, 'a'), answersAfter(10, 'b'))
  expect(outcome).toEqual({ answer: 'b', at: 110, asked: ['second at 100', 'first ended'] })
})

it('the first wins even if the second was asked, and if that failed', async () => {
  expect(await hedge(answersAfter(105, 'a'), answersAfter(10, 'b'))).toMatchObject({ answer: 'a', at: 105 })
  expect(await hedge(answersAfter(500, 'a'), failsAfter(10, unreachable))).toMatchObject({ answer: 'a' })
})

it('a failure has the second asked at once; a refusal is final', async () => {
  const refused = new PnsProblem('relay_refused', 'no')
  expect(await hedge(failsAfter(5, unreachable), answersAfter(10, 'b'))).toMatchObject({
    answer: 'b',
    asked: ['second at 5', 'first ended'],
  })
  expect(await hedge(failsAfter(5, refused), answersAfter(10, 'b'))).toMatchObject({ error: refused, asked: ['first ended'] })
})

it('if both fail, it is as the first did', async () => {
  const other = new PnsProblem('relay_slow', 'slow')
  expect(await hedge(failsAfter(5, unreachable), failsAfter(5, other))).toMatchObject({ error: unreachable })
})

it('no second address is asked without allowance, nor for being late where there is no delay', async () => {
  expect(await hedge(answersAfter(500, 'a'), answersAfter(1, 'b'), { maySecond: () => false })).toMatchObject({ at: 500 })
  expect(await hedge(answersAfter(500, 'a'), answersAfter(1, 'b'), { delayMs: undefined })).toMatchObject({ at: 500 })
})

it('the second address is asked when one answer in twenty would be later', () => {
  const { add, p95 } = createLatencies()
  for (let ms = 1; ms < 20; ms++) add(ms)
  expect(p95()).toBeUndefined()
  add(1000)
  expect(p95()).toBe(19)
  for (let ms = 1; ms <= 300; ms++) add(ms)
  expect(p95()).toBe(288)
  expect(hedgeDelay(undefined, 2000)).toBe(500)
  expect(hedgeDelay(19, 2000)).toBe(50)
  expect(hedgeDelay(288, 2000)).toBe(288)
  expect(hedgeDelay(1500, 2000)).toBe(1000)
})

it('an idle connection is refreshed, one in use is not', () => {
  const warmth = createWarmth(clock)
  const refresh = vi.fn()
  const stop = keepWarm(warmth, refresh)
  expect(refresh).toHaveBeenCalledTimes(1)
  for (let second = 0; second < 600; second++) {
    vi.advanceTimersByTime(1_000)
    warmth.used()
  }
  expect(refresh).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(100_000)
  expect(refresh).toHaveBeenCalledTimes(3)
  stop()
  vi.advanceTimersByTime(100_000)
  expect(refresh).toHaveBeenCalledTimes(3)
})

it.each([
  [40_000, 32_000],
  [16_000, 15_000],
  [5_000, 50_000],
  [90_000, 50_000],
])('when the far side closed after %i ms of idleness, a refresh is due after %i', (idleMs, due) => {
  const { closedAfter, dueInMs } = createWarmth(clock)
  closedAfter(idleMs)
  expect(dueInMs()).toBe(due)
})

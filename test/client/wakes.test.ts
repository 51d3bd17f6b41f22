import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Clock } from '../../client/clock.ts'
import { PnsProblem } from '../../client/problem.ts'
import type { Relay } from '../../client/relay/relay.ts'
import type { StoredWake } from '../../client/store/stored-wakes.ts'
import { createWakes } from '../../client/wakes.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const clock: Clock = { wall: () => Date.now(), monotonic: () => Date.now() }

type Report = { at: number; agoMs: number[] }

/** Wakes before a relay that notes when it was told of which; `problem`, if it is there, is what it answers. */
function prepare() {
  const began = Date.now()
  const relay = { reports: [] as Report[], problem: undefined as PnsProblem | undefined }
  const once = async (_: string, { body }: { body: () => { wakes: { agoMs: number }[] } }) => {
    relay.reports.push({ at: Date.now() - began, agoMs: body().wakes.map(({ agoMs }) => agoMs) })
    if (relay.problem) throw relay.problem
  }
  const log = pino({ level: 'silent' })
  const kept: StoredWake[] = []
  const stored = {
    add: (wake: Omit<StoredWake, 'id'>) => void kept.push({ ...wake, id: kept.length + dropped }),
    oldest: (count: number) => kept.slice(0, count),
    drop(id: number) {
      while ((kept[0]?.id ?? Number.POSITIVE_INFINITY) <= id) dropped += kept.splice(0, 1).length
    },
  }
  let dropped = 0
  const wakes = createWakes({ store: { wakes: stored }, relay: () => ({ once }) as unknown as Relay, clock, log })
  const wake = (count = 1) => {
    for (let i = 0; i < count; i++) {
      wakes.add({ callId: `c${i}`, extension: '1001', deviceId: 'd', platform: 'ios', first: true }, clock.monotonic())
    }
  }
  const sizes = () => relay.reports.map(({ at, agoMs }) => [at, agoMs.length])
  return { relay, wakes, wake, sizes }
}

it('a few go soon, then they gather, and after a quiet time they go soon again', async () => {
  const { relay, wake, sizes } = prepare()
  wake()
  await vi.advanceTimersByTimeAsync(400)
  wake()
  await vi.advanceTimersByTimeAsync(600)
  expect(relay.reports).toEqual([{ at: 1000, agoMs: [1000, 600] }])
  for (let second = 0; second < 299; second++) {
    wake()
    await vi.advanceTimersByTimeAsync(1000)
  }
  const gathered = sizes().slice(10)
  expect(sizes().length).toBeLessThan(40)
  expect(gathered.length).toBeGreaterThan(20)
  for (const [, size] of gathered) expect(size).toBe(10)
  for (const { agoMs } of relay.reports) for (const ago of agoMs) expect(ago).toBeLessThanOrEqual(10_000)
  await vi.advanceTimersByTimeAsync(300_000)
  const before = sizes().length
  wake()
  await vi.advanceTimersByTimeAsync(1000)
  expect(sizes().slice(before)).toEqual([[601_000, 1]])
})

it('full batches cost nothing: what comes after them goes soon', async () => {
  const { wake, sizes } = prepare()
  for (let i = 0; i < 50; i++) {
    wake(100)
    await vi.advanceTimersByTimeAsync(1)
  }
  wake()
  await vi.advanceTimersByTimeAsync(1000)
  expect(sizes()).toHaveLength(51)
})

it('a full batch goes at once, and one less than full does not', async () => {
  const { wake, sizes } = prepare()
  wake(99)
  await vi.advanceTimersByTimeAsync(1)
  expect(sizes()).toEqual([])
  wake(102)
  await vi.advanceTimersByTimeAsync(1)
  expect(sizes().map(([, size]) => size)).toEqual([100, 100])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sizes().map(([, size]) => size)).toEqual([100, 100, 1])
})

it('a relay that fails is not asked again at once, however many wait, and loses none', async () => {
  const { relay, wake, sizes } = prepare()
  relay.problem = new PnsProblem('relay_failed', '')
  wake(100)
  await vi.advanceTimersByTimeAsync(1)
  wake(150)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(sizes()).toEqual([[0, 100]])
  relay.problem = undefined
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sizes().map(([, size]) => size)).toEqual([100, 100, 100, 50])
})

it('what the relay refuses for good is not sent again', async () => {
  const { relay, wakes, wake, sizes } = prepare()
  relay.problem = new PnsProblem('relay_refused', '')
  wake()
  await vi.advanceTimersByTimeAsync(60_000)
  await wakes.close()
  expect(sizes()).toEqual([[1000, 1]])
})

it('what waits is sent when it stops, in batches, unless the relay is away', async () => {
  const { wakes, wake, sizes } = prepare()
  wake(250)
  await wakes.close()
  expect(sizes().map(([, size]) => size)).toEqual([100, 100, 50])
  const away = prepare()
  away.relay.problem = new PnsProblem('relay_unreachable', '')
  away.wake(250)
  await away.wakes.close()
  expect(away.sizes().map(([, size]) => size)).toEqual([100])
})

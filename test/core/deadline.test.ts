import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LEASE_MS, PUSH_MS } from '../../core/claim.ts'
import { ring } from '../../core/ring.ts'
import { START } from './clock.ts'
import { type Fate, wakecallOf } from './sns.ts'
import { android, call, createWorld, iphone, PBX, registerAll } from './world.ts'

const retry: Fate = { outcome: 'retry' }

async function worldWithPhone(...fates: Fate[]) {
  const world = createWorld()
  await registerAll(world, { i: iphone('i') })
  world.sns.script('voip-i', ...fates)
  return world
}

test('what had passed at the PNS is taken off the ring window', async () => {
  const world = await worldWithPhone()
  const { answer } = await ring(world.ports, PBX, call('c1', { ringSeconds: 20, elapsedMs: 4000 }))
  expect(answer.expiresAt).toBe(new Date(START + 16_000).toISOString())
  expect(world.sns.sent.map(({ push }) => push.ttlSeconds)).toEqual([16])
  expect(world.sns.sent.map(wakecallOf)).toMatchObject([{ expiresAt: answer.expiresAt }])
})

test('a ring whose window was over before it came pushes nothing', async () => {
  const world = await worldWithPhone()
  const { answer } = await ring(world.ports, PBX, call('c1', { ringSeconds: 5, elapsedMs: 5000 }))
  expect(answer.deliveries).toMatchObject([{ deviceId: 'i', outcome: 'expired', reason: 'ring_window_over' }])
  expect(world.sns.sent).toEqual([])
})

test('a millisecond before that it is still pushed', async () => {
  const world = await worldWithPhone()
  await ring(world.ports, PBX, call('c1', { ringSeconds: 5, elapsedMs: 4999 }))
  expect(world.sns.sent).toMatchObject([{ timeoutMs: 1, push: { ttlSeconds: 1 } }])
})

test('a client that measures parts of a millisecond gets whole ones everywhere', async () => {
  const world = await worldWithPhone()
  await ring(world.ports, PBX, call('c1', { ringSeconds: 5, elapsedMs: 4000.25 }))
  const item = await world.stores.claims.get('acme', 'c1')
  const times = [item?.askedAt, item?.receivedAt, item?.deadline, ...world.sns.sent.map(({ timeoutMs }) => timeoutMs)]
  expect(times).toHaveLength(4)
  expect(times.filter((time) => !Number.isInteger(time))).toEqual([])
})

test('every retry is built anew: its own sentAt, its own TTL, the one expiresAt', async () => {
  const world = await worldWithPhone({ outcome: 'retry', takesMs: 900 }, retry)
  const { answer } = await ring(world.ports, PBX, call('c1', { ringSeconds: 10 }))
  const [first, second, third] = world.sns.sent.map(wakecallOf)
  expect([first.sentAt, second.sentAt, third.sentAt].map(Date.parse)).toEqual([START, START + 980, START + 1140])
  expect(world.sns.sent.map(({ push }) => push.ttlSeconds)).toEqual([10, 10, 9])
  expect([first, second, third].every(({ expiresAt }) => expiresAt === answer.expiresAt)).toBe(true)
})

test('back-off doubles up to 640 ms, half of it drawn, until the time for pushing is over', async () => {
  const waits = async (random: number) => {
    const world = await worldWithPhone(...Array.from({ length: 20 }, () => retry))
    await ring({ ...world.ports, random: () => random }, PBX, call('c1'))
    return world.sns.sent.map(({ at }, i, all) => at - (all[i - 1]?.at ?? START))
  }
  expect(await waits(0)).toEqual([0, 40, 80, 160, 320, 320, 320, 320, 320, 320])
  expect(await waits(1)).toEqual([0, 80, 160, 320, 640, 640, 640])
})

const slowFates = fc.array(fc.record({ outcome: fc.constant('retry' as const), takesMs: fc.integer({ min: 0, max: 3000 }) }), {
  minLength: 5,
  maxLength: 5,
})

test('however slow SNS is, no push is sent after the deadline or the time for pushing, nor may one last longer', async () => {
  const elapsed = fc.integer({ min: 0, max: 6000 })
  await fc.assert(
    fc.asyncProperty(slowFates, elapsed, async (fates, elapsedMs) => {
      const world = await worldWithPhone(...fates)
      await ring(world.ports, PBX, call('c1', { ringSeconds: 5, elapsedMs }))
      const end = START + Math.min(5000 - elapsedMs, PUSH_MS)
      for (const { at, timeoutMs } of world.sns.sent) {
        expect(at).toBeLessThan(end)
        expect(at + timeoutMs).toBeLessThanOrEqual(end)
      }
    }),
  )
})

test('however slow SNS is, the result is written while the lease still holds', async () => {
  await fc.assert(
    fc.asyncProperty(slowFates, async (fates) => {
      const world = await worldWithPhone(...fates)
      await ring(world.ports, PBX, call('c1'))
      const item = await world.stores.claims.get('acme', 'c1')
      expect((item?.result.ring?.at ?? Number.POSITIVE_INFINITY) - START).toBeLessThanOrEqual(LEASE_MS)
    }),
  )
})

test('one slow device costs the others nothing', async () => {
  const world = await worldWithPhone({ outcome: 'never_answers' })
  await registerAll(world, { a: android('a') })
  const { answer } = await ring(world.ports, PBX, call('c1'))
  const at = Object.fromEntries(answer.deliveries.map((delivery) => [delivery.deviceId, Date.parse(delivery.at) - START]))
  expect(at.a).toBe(0)
  expect(at.i).toBeGreaterThanOrEqual(PUSH_MS)
})

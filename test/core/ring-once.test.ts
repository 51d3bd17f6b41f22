import { expect, test, vi } from 'vitest'
import { LEASE_MS } from '../../core/claim.ts'
import { isoTime } from '../../core/clock.ts'
import { ring } from '../../core/ring.ts'
import { START } from './clock.ts'
import { wakecallOf } from './sns.ts'
import { android, call, createWorld, iphone, PBX, registerAll, type World } from './world.ts'

async function worldWithPhones() {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  return world
}

/** A function that got the claim and was never heard of again. */
const dieAfterClaim = ({ ports, stores, clock }: World, callId: string) =>
  new Promise<void>((resolve) => {
    const claims = {
      ...stores.claims,
      take: async (...args: Parameters<typeof stores.claims.take>) => {
        await stores.claims.take(...args)
        resolve()
        return new Promise<never>(() => {})
      },
    }
    void ring({ ...ports, clock, claims }, PBX, call(callId))
  })

test('a repeat answers the first result, says so, and pushes nothing', async () => {
  const world = await worldWithPhones()
  const first = await ring(world.ports, PBX, call('c1'))
  await world.clock.sleep(5000)
  const again = await ring(world.ports, PBX, call('c1', { ringSeconds: 60, elapsedMs: 10 }))
  expect(again.answer).toEqual({ ...first.answer, repeated: true })
  expect(again.headers).toEqual({})
  expect(world.sns.sent).toHaveLength(2)
})

test('another callId is not a repeat', async () => {
  const world = await worldWithPhones()
  await ring(world.ports, PBX, call('c1'))
  expect((await ring(world.ports, PBX, call('c2'))).answer).not.toHaveProperty('repeated')
  expect(world.sns.sent).toHaveLength(4)
})

test('a hundred identical requests at once push once, and all answer alike', async () => {
  const world = await worldWithPhones()
  const answers = await Promise.all(Array.from({ length: 100 }, () => ring(world.ports, PBX, call('c1'))))
  expect(world.sns.sent).toHaveLength(2)
  expect(answers.filter(({ answer }) => !answer.repeated)).toHaveLength(1)
  expect(new Set(answers.map(({ answer }) => JSON.stringify(answer.deliveries))).size).toBe(1)
})

test('a repeat that comes while the first still pushes waits for its result', async () => {
  const world = await worldWithPhones()
  world.sns.script('voip-i', { outcome: 'accepted', takesMs: 1500 })
  const first = ring(world.ports, PBX, call('c1'))
  await world.clock.sleep(700)
  const again = await ring(world.ports, PBX, call('c1'))
  expect(again.answer).toEqual({ ...(await first).answer, repeated: true })
  expect(world.clock.now()).toBeGreaterThanOrEqual(START + 1500)
  expect(world.sns.sent).toHaveLength(2)
})

test('a call whose function died between claim and push is taken over after the lease, with the first deadline', async () => {
  const world = await worldWithPhones()
  await dieAfterClaim(world, 'c1')
  await world.clock.sleep(400)
  const { answer } = await ring(world.ports, PBX, call('c1'))
  expect(answer).not.toHaveProperty('repeated')
  expect(answer).toMatchObject({ devices: 2, expiresAt: isoTime(START + 30_000) })
  expect(world.sns.sent.map(({ push }) => push.ttlSeconds)).toEqual([27, 27])
  expect(world.sns.sent.map(wakecallOf)).toMatchObject([{ expiresAt: answer.expiresAt }, { expiresAt: answer.expiresAt }])
  expect(Math.min(...world.sns.sent.map(({ at }) => at))).toBeGreaterThan(START + LEASE_MS)
})

test('who waits for a result asks for it less and less often, and sees it soon', async () => {
  const world = await worldWithPhones()
  world.sns.script('voip-i', { outcome: 'accepted', takesMs: 2000 })
  const first = ring(world.ports, PBX, call('c1'))
  const take = vi.fn(world.stores.claims.take)
  const again = await ring({ ...world.ports, claims: { ...world.stores.claims, take } }, PBX, call('c1'))
  expect(again.answer).toEqual({ ...(await first).answer, repeated: true })
  expect(take.mock.calls.length).toBeLessThan(10)
  expect(world.clock.now()).toBeLessThanOrEqual(START + 2500)
})

test('while the lease of the dead function runs, nobody takes the call over', async () => {
  const world = await worldWithPhones()
  await dieAfterClaim(world, 'c1')
  const waiting = ring(world.ports, PBX, call('c1'))
  await world.clock.sleep(LEASE_MS)
  expect(world.sns.sent).toEqual([])
  await waiting
  expect(world.sns.sent).toHaveLength(2)
})

test('of several repeats after a crash one takes over, and the others answer its result', async () => {
  const world = await worldWithPhones()
  await dieAfterClaim(world, 'c1')
  const answers = await Promise.all([1, 2, 3].map(() => ring(world.ports, PBX, call('c1'))))
  expect(world.sns.sent).toHaveLength(2)
  expect(answers.filter(({ answer }) => !answer.repeated)).toHaveLength(1)
})

test('a result that cannot be written is reported, and the call is answered all the same', async () => {
  const world = await worldWithPhones()
  const claims = { ...world.stores.claims, finish: () => Promise.reject(new Error('no table')) }
  const { answer } = await ring({ ...world.ports, claims }, PBX, call('c1'))
  expect(answer.devices).toBe(2)
  expect(world.reports).toEqual(['result not written'])
})

test('a result that is written is not reported', async () => {
  const world = await worldWithPhones()
  await ring(world.ports, PBX, call('c1'))
  expect(world.reports).toEqual([])
})

test('a claim that cannot be taken is an error: nothing is pushed that could be pushed twice', async () => {
  const world = await worldWithPhones()
  const claims = { ...world.stores.claims, take: () => Promise.reject(new Error('no table')) }
  await expect(ring({ ...world.ports, claims }, PBX, call('c1'))).rejects.toThrow('no table')
  expect(world.sns.sent).toEqual([])
})

const throttled = (times: number) => Array.from({ length: times }, () => ({ outcome: 'retry' as const }))

test('a call that SNS took no push of can be repeated: it rings then, with the first deadline', async () => {
  const world = await worldWithPhones()
  world.sns.script('voip-i', ...throttled(7))
  world.sns.script('fcm-a', ...throttled(7))
  const first = await ring(world.ports, PBX, call('c1'))
  expect(first.answer).toMatchObject({ devices: 0, deliveries: [{ outcome: 'retry' }, { outcome: 'retry' }] })
  const again = await ring(world.ports, PBX, call('c1'))
  expect(again.answer).toMatchObject({ devices: 2, expiresAt: first.answer.expiresAt })
  expect(again.answer).not.toHaveProperty('repeated')
})

test.each([
  ['one phone got its push', { outcome: 'accepted' as const }],
  ['SNS may have taken a push that it did not answer', { outcome: 'never_answers' as const }],
])('not so if %s', async (_, fate) => {
  const world = await worldWithPhones()
  world.sns.script('voip-i', ...throttled(7))
  world.sns.script('fcm-a', fate)
  const first = await ring(world.ports, PBX, call('c1'))
  const sent = world.sns.sent.length
  const again = await ring(world.ports, PBX, call('c1'))
  expect(again.answer).toEqual({ ...first.answer, repeated: true })
  expect(world.sns.sent).toHaveLength(sent)
})

test('a push that SNS did not answer in time is not sent again: it may have been taken', async () => {
  const world = await worldWithPhones()
  world.sns.script('fcm-a', { outcome: 'never_answers' })
  await ring(world.ports, PBX, call('c1'))
  expect(world.sns.sent.filter(({ token }) => token === 'fcm-a')).toHaveLength(1)
})

test('a callId that rang one extension is refused for another', async () => {
  const world = await worldWithPhones()
  await registerAll(world, { b: android('b') }, '1002')
  await ring(world.ports, PBX, call('c1'))
  await expect(ring(world.ports, PBX, call('c1', { to: '1002' }))).rejects.toMatchObject({ code: 'id_conflict' })
  expect(world.sns.sent.map(({ token }) => token)).not.toContain('fcm-b')
})

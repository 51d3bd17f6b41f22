import { expect, test } from 'vitest'
import { isoTime } from '../../core/clock.ts'
import { message } from '../../core/message.ts'
import { ring } from '../../core/ring.ts'
import { START } from './clock.ts'
import { android, call, createWorld, iphone, PBX, registerAll } from './world.ts'

const narrow = { ...PBX, quotas: { ...PBX.quotas, pushesPerMinute: 4 } }

/** A world in whose minute (50 s are left of it) every push of the PBX is used up. */
async function usedUp() {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  for (const callId of ['c1', 'c2']) await ring(world.ports, narrow, call(callId))
  return world
}

test('the answer says what is left of the minute', async () => {
  const world = createWorld()
  await registerAll(world, { i: iphone('i'), a: android('a') })
  const { headers } = await ring(world.ports, narrow, call('c1'))
  expect(headers).toEqual({ 'ratelimit-policy': '"pushes";q=4;w=60', ratelimit: '"pushes";r=2;t=50' })
})

test('a call over the quota is refused, pushes nothing, and says when to come back', async () => {
  const world = await usedUp()
  await expect(ring(world.ports, narrow, call('c3'))).rejects.toMatchObject({
    code: 'push_rate_exceeded',
    headers: { 'retry-after': '50', ratelimit: '"pushes";r=0;t=50' },
  })
  expect(world.sns.sent).toHaveLength(4)
})

test('a refused call is repeated as soon as the quota allows it, with its first deadline', async () => {
  const world = await usedUp()
  await expect(ring(world.ports, narrow, call('c3', { ringSeconds: 60 }))).rejects.toMatchObject({ code: 'push_rate_exceeded' })
  await world.clock.sleep(50_000)
  const { answer } = await ring(world.ports, narrow, call('c3', { ringSeconds: 60 }))
  expect(answer).toMatchObject({ devices: 2, expiresAt: isoTime(START + 60_000) })
  expect(answer).not.toHaveProperty('repeated')
  expect(world.clock.now()).toBe(START + 50_000)
})

test('a repeat of a call that rang takes nothing of the quota', async () => {
  const world = await usedUp()
  expect((await ring(world.ports, narrow, call('c1'))).answer).toMatchObject({ repeated: true, devices: 2 })
})

test('messages count in the same quota', async () => {
  const world = await usedUp()
  const request = { messageId: 'm1', to: '1001', from: { number: '1002' }, text: 'Hello', android: 'data' as const }
  await expect(message(world.ports, narrow, request)).rejects.toMatchObject({ code: 'push_rate_exceeded' })
})

test('a counter that cannot be shared is reported, and the call is answered all the same', async () => {
  const world = createWorld()
  await registerAll(world, { a: android('a') })
  const rate = { ...world.ports.rate, flush: () => Promise.reject(new Error('no table')) }
  const { answer } = await ring({ ...world.ports, rate }, narrow, call('c1'))
  expect(answer.devices).toBe(1)
  expect(world.reports).toEqual(['rate not shared'])
})

import { expect, test } from 'vitest'
import { callUuid } from '../../wire/uuid.ts'
import { android, iphone } from './devices.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'

const { a, seen, sees } = await openRelay()

test('a call wakes two phones', async () => {
  await a.register('1001', 'iphone', iphone('alice-iphone'))
  await a.register('1001', 'android', android('alice-android'))
  const before = Date.now()
  const answer = await a.ring({ callId: 'wakes@two', to: '1001', ringSeconds: 20 })
  const uuid = callUuid('hq', 'wakes@two')
  expect(answer.status).toBe(202)
  expect(answer.json).toMatchObject({ callId: 'wakes@two', uuid, devices: 2 })
  expect(outcomes(answer)).toEqual({ iphone: 'accepted', android: 'accepted' })
  expect(Date.parse(answer.json.expiresAt) - before).toBeGreaterThanOrEqual(20_000)
  expect(answer.headers['x-request-id']).toMatch(/^[\w+/]{15}=$/)
  await Promise.all(['alice-iphone', 'alice-android'].map((phone) => sees(phone, 'ringing', uuid)))
})

test('a call without a valid callId wakes nobody', async () => {
  for (const callId of ['', 'two words', 'ünlaut', 'x'.repeat(256)]) {
    expectProblem(await a.ring({ callId, to: '1001' }), 'invalid_request')
  }
  expect((await a.ring({ callId: 'x'.repeat(255), to: '1001' })).json.devices).toBe(2)
})

test('an extension without phones answers 0 devices', async () => {
  const answer = await a.ring({ callId: 'nobody', to: '1999' })
  expect(answer.status).toBe(202)
  expect(answer.json).toMatchObject({ devices: 0, deliveries: [] })
})

test('the same call again answers the first result and pushes nothing', async () => {
  await a.register('1002', 'bob', android('bob'))
  const first = await a.ring({ callId: 'twice', to: '1002' })
  const again = await a.ring({ callId: 'twice', to: '1002' })
  expect(again.text).toContain(JSON.stringify(first.json.deliveries))
  expect(first.json.repeated).toBeUndefined()
  expect(again.status).toBe(202)
  expect(again.json).toEqual({ ...first.json, repeated: true })
  const next = await a.ring({ callId: 'after-twice', to: '1002' })
  await sees('bob', 'push', next.json.uuid)
  expect(seen('bob', 'push', first.json.uuid)).toBe(1)
})

test('a callId that rings one extension is refused for another, and rings nobody there', async () => {
  await a.register('1003', 'carol', android('carol'))
  const first = await a.ring({ callId: 'other-body', to: '1003' })
  const other = await a.ring({ callId: 'other-body', to: '1002', from: { number: '1005' } })
  expectProblem(other, 'id_conflict')
  const again = await a.ring({ callId: 'other-body', to: '1003', from: { number: '1005' } })
  expect(again.json).toEqual({ ...first.json, repeated: true })
  expect(seen('bob', 'push', first.json.uuid)).toBe(0)
})

/** Rings as a client does: a slow machine may have no time left to push, or answer `unavailable`, and the request is safe to repeat. */
async function untilTaken(call: { callId: string; to: string }): ReturnType<typeof a.ring> {
  const answer = await a.ring(call)
  return answer.status === 503 || Object.values(outcomes(answer)).includes('retry') ? untilTaken(call) : answer
}

test('100 identical calls at once push once', async () => {
  await a.register('1004', 'dave', android('dave'))
  const answers = await Promise.all(Array.from({ length: 100 }, () => untilTaken({ callId: 'hundred', to: '1004' })))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  expect(answers.filter(({ json }) => !json.repeated).length).toBeLessThanOrEqual(1)
  expect(new Set(answers.map(({ json }) => JSON.stringify(json.deliveries))).size).toBe(1)
  const next = await a.ring({ callId: 'after-hundred', to: '1004' })
  await sees('dave', 'push', next.json.uuid)
  expect(seen('dave', 'push', answers[0]?.json.uuid)).toBe(1)
})

test('many different calls at once all ring', async () => {
  await a.register('1005', 'erin', android('erin'))
  const ids = Array.from({ length: 25 }, (_, i) => `different-${i}`)
  const answers = await Promise.all(ids.map((callId) => untilTaken({ callId, to: '1005' })))
  expect(answers.filter(({ json }) => json.devices === 1)).toHaveLength(25)
  await expect.poll(() => seen('erin', 'push'), { timeout: 10_000 }).toBe(25)
})

test('a call whose ring window is over already is not pushed', async () => {
  await a.register('1006', 'frank', android('frank'))
  const late = await a.ring({ callId: 'late', to: '1006', ringSeconds: 5, elapsedMs: 5000 })
  expect(late.status).toBe(202)
  expect(late.json.deliveries).toMatchObject([{ outcome: 'expired', reason: 'ring_window_over' }])
  const intime = await a.ring({ callId: 'in-time', to: '1006', ringSeconds: 10, elapsedMs: 5000 })
  expect(outcomes(intime)).toEqual({ frank: 'accepted' })
  await sees('frank', 'push', intime.json.uuid)
  expect(seen('frank', 'push', late.json.uuid)).toBe(0)
})

test('a name that a push cannot hold is shortened, a number that cannot be one is refused', async () => {
  await a.register('1007', 'grace', iphone('grace'))
  const custom = { note: '\u0001'.repeat(160) }
  const answer = await a.ring({ callId: 'long-name', to: '1007', from: { number: '1', name: '😀'.repeat(128) }, custom })
  expect(outcomes(answer)).toEqual({ grace: 'accepted' })
  await sees('grace', 'waking', answer.json.uuid)
  expectProblem(await a.ring({ callId: 'long-number', to: '1007', from: { number: '1'.repeat(65) } }), 'invalid_request')
})

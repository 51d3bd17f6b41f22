import { expect, test } from 'vitest'
import { android, iphone, iphoneWithoutAlert } from './devices.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'

const { a, seen, sees } = await openRelay()

test('a cancel ends the ringing on both platforms, and never by a VoIP push', async () => {
  await a.register('1001', 'iphone', iphone('alice-iphone'))
  await a.register('1001', 'android', android('alice-android'))
  const { uuid } = (await a.ring({ callId: 'cancelled', to: '1001' })).json
  await Promise.all(['alice-iphone', 'alice-android'].map((phone) => sees(phone, 'waking', uuid)))
  const answer = await a.cancel('cancelled', 'answered_elsewhere')
  expect(answer.status).toBe(202)
  expect(answer.json).toMatchObject({ callId: 'cancelled', reason: 'answered_elsewhere', known: true, devices: 2 })
  await Promise.all(['alice-iphone', 'alice-android'].map((phone) => sees(phone, 'cancelled', uuid)))
  expect(seen('alice-iphone', 'killed')).toBe(0)
})

test('the same cancel again answers the first one, its reason too', async () => {
  await a.register('1002', 'bob', android('bob'))
  const { uuid } = (await a.ring({ callId: 'cancelled-twice', to: '1002' })).json
  const first = await a.cancel('cancelled-twice', 'declined')
  const again = await a.cancel('cancelled-twice', 'timed_out')
  expect(again.json).toEqual({ ...first.json, repeated: true })
  const next = await a.ring({ callId: 'after-cancelled-twice', to: '1002' })
  await sees('bob', 'push', next.json.uuid)
  expect(seen('bob', 'cancelled', uuid)).toBe(1)
})

test('an iPhone without an alert token is skipped, and the answer says so', async () => {
  await a.register('1003', 'carol', iphoneWithoutAlert('carol'))
  const { uuid } = (await a.ring({ callId: 'no-alert', to: '1003' })).json
  await sees('carol', 'waking', uuid)
  const answer = await a.cancel('no-alert')
  expect(answer.json).toMatchObject({ known: true, devices: 0 })
  expect(answer.json.deliveries).toMatchObject([{ deviceId: 'carol', outcome: 'skipped', reason: 'no_alert_token' }])
  expect(seen('carol', 'killed')).toBe(0)
})

test('a phone that was awake gets neither the call nor its cancel, one that slept gets both', async () => {
  await a.register('1020', 'awake', android('frank-awake'))
  await a.register('1020', 'asleep', android('frank-asleep'))
  const rung = await a.ring({ callId: 'one-awake', to: '1020', awake: ['awake'] })
  expect(outcomes(rung)).toEqual({ awake: 'skipped', asleep: 'accepted' })
  expect(rung.json.devices).toBe(1)
  await sees('frank-asleep', 'waking', rung.json.uuid)
  expect(outcomes(await a.cancel('one-awake', 'answered_elsewhere'))).toEqual({ awake: 'skipped', asleep: 'accepted' })
  await sees('frank-asleep', 'cancelled', rung.json.uuid)
  expect(seen('frank-awake', 'push')).toBe(0)
})

test('a cancel that comes before its ring suppresses it', async () => {
  await a.register('1004', 'dave', android('dave'))
  const cancelled = await a.cancel('too-early', 'declined')
  expect(cancelled.status).toBe(202)
  expect(cancelled.json).toEqual({ callId: 'too-early', reason: 'declined', known: false, devices: 0, deliveries: [] })
  const rung = await a.ring({ callId: 'too-early', to: '1004' })
  expect(rung.status).toBe(202)
  expect(rung.json).toMatchObject({ devices: 0, deliveries: [], cancelled: 'declined' })
  const other = await a.ring({ callId: 'not-cancelled', to: '1004' })
  expect(outcomes(other)).toEqual({ dave: 'accepted' })
  await sees('dave', 'push', other.json.uuid)
  expect(seen('dave', 'push', rung.json.uuid)).toBe(0)
})

test('a ring repeated after its cancel rings nobody', async () => {
  await a.register('1005', 'erin', android('erin'))
  const first = await a.ring({ callId: 'over', to: '1005' })
  await a.cancel('over')
  const again = await a.ring({ callId: 'over', to: '1005' })
  expect(again.json).toEqual({ ...first.json, repeated: true })
})

test('a cancel after the ring window pushes nothing', async () => {
  await a.register('1006', 'frank', android('frank'))
  await a.ring({ callId: 'window-over', to: '1006', ringSeconds: 5, elapsedMs: 5000 })
  const answer = await a.cancel('window-over')
  expect(answer.json).toMatchObject({ known: true, devices: 0 })
  expect(outcomes(answer)).toEqual({ frank: 'expired' })
})

test('without a reason the caller hung up; a reason that is none is refused', async () => {
  const answer = await a.call('DELETE', '/v1/calls/no-reason')
  expect(answer.json).toMatchObject({ reason: 'caller_hung_up', known: false })
  for (const query of ['reason=bored', 'reason=', 'reason=declined&why=tired', 'REASON=declined']) {
    expectProblem(await a.call('DELETE', `/v1/calls/refused-reason?${query}`), 'invalid_request')
  }
  expect((await a.cancel('refused-reason')).json.repeated).toBeUndefined()
})

test('two reasons are refused: which one counts is nobody’s guess', async () => {
  expectProblem(await a.call('DELETE', '/v1/calls/two-reasons?reason=declined&reason=timed_out'), 'invalid_request')
})

test('ring and cancel at the same moment leave no phone ringing unless the cancel says that it knew', async () => {
  await a.register('1007', 'grace', android('grace'))
  const ids = Array.from({ length: 20 }, (_, i) => `race-${i}`)
  const races = await Promise.all(
    ids.map((callId) => Promise.all([a.ring({ callId, to: '1007' }), a.cancel(callId, 'caller_hung_up')])),
  )
  for (const [rung, cancelled] of races) {
    expect([rung.status, cancelled.status]).toEqual([202, 202])
    const suppressed = rung.json.cancelled === 'caller_hung_up' && rung.json.devices === 0
    const told = cancelled.json.known && cancelled.json.devices === 1
    expect(suppressed || told).toBe(true)
  }
})

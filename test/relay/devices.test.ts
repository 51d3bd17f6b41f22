import { expect, test } from 'vitest'
import { android, iphone } from './devices.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'

const { a, seen, sees } = await openRelay({ quotas: { devices: 20 } })

test('a device is registered, listed with the ends of its tokens, and rings', async () => {
  const device = iphone('alice', 'accept', 7)
  const answer = await a.register('1001', 'phone', device)
  const tokens = Object.fromEntries(Object.entries(device.tokens).map(([kind, token]) => [kind, `…${token.slice(-6)}`]))
  expect(answer.status).toBe(200)
  expect(answer.json).toMatchObject({ extension: '1001', deviceId: 'phone', platform: 'ios', tokens, version: 7 })
  expect((await a.list('1001')).json).toEqual({ extension: '1001', devices: [answer.json] })
  for (const token of Object.values(device.tokens)) expect(answer.text).not.toContain(token)
  expect(outcomes(await a.ring({ callId: 'registered', to: '1001' }))).toEqual({ phone: 'accepted' })
})

test('an extension without devices lists none', async () => {
  expect((await a.list('1999')).json).toEqual({ extension: '1999', devices: [] })
})

test('the newest version wins; an older one is refused with the stored version, the same again changes nothing', async () => {
  const first = await a.register('1002', 'phone', android('bob', 'accept', 5))
  const older = await a.register('1002', 'phone', android('bob-old', 'accept', 4))
  expectProblem(older, 'stale_version')
  expect(older.json.storedVersion).toBe(5)
  const same = await a.register('1002', 'phone', android('bob-same', 'accept', 5))
  expect(same.status).toBe(200)
  expect(same.json).toEqual(first.json)
  await a.register('1002', 'phone', android('bob-new', 'accept', 6))
  const { uuid } = (await a.ring({ callId: 'newest', to: '1002' })).json
  await sees('bob-new', 'push', uuid)
  expect(seen('bob', 'push') + seen('bob-old', 'push') + seen('bob-same', 'push')).toBe(0)
})

test('a removed device does not ring; removing it again answers 204 too', async () => {
  await a.register('1003', 'phone', android('carol', 'accept', 1))
  expect((await a.remove('1003', 'phone', 2)).status).toBe(204)
  const again = await a.remove('1003', 'phone', 2)
  expect([again.status, again.text, again.headers['content-type']]).toEqual([204, '', undefined])
  expect((await a.remove('1003', 'never-was', 1)).status).toBe(204)
  expect((await a.ring({ callId: 'removed', to: '1003' })).json.devices).toBe(0)
})

test('what is older than a removal does not bring the device back, what is newer does', async () => {
  await a.register('1004', 'phone', android('dave', 'accept', 1))
  await a.remove('1004', 'phone', 10)
  const older = await a.register('1004', 'phone', android('dave', 'accept', 9))
  expectProblem(older, 'stale_version')
  expect(older.json.storedVersion).toBe(10)
  expect((await a.list('1004')).json.devices).toEqual([])
  expect((await a.register('1004', 'phone', android('dave', 'accept', 11))).status).toBe(200)
  expect(outcomes(await a.ring({ callId: 'brought-back', to: '1004' }))).toEqual({ phone: 'accepted' })
})

test('a removal older than the device is refused', async () => {
  await a.register('1005', 'phone', android('erin', 'accept', 5))
  const older = await a.remove('1005', 'phone', 4)
  expectProblem(older, 'stale_version')
  expect(older.json.storedVersion).toBe(5)
  expect((await a.list('1005')).json.devices).toHaveLength(1)
})

test('one token on two extensions rings on both, and on the one that is left', async () => {
  await a.register('1006', 'phone', android('frank', 'accept', 1))
  await a.register('1007', 'phone', android('frank', 'accept', 1))
  const rung = await Promise.all(['1006', '1007'].map((to) => a.ring({ callId: `both-${to}`, to })))
  for (const { json } of rung) await sees('frank', 'push', json.uuid)
  await a.remove('1006', 'phone', 2)
  const left = await a.ring({ callId: 'left', to: '1007' })
  expect(outcomes(left)).toEqual({ phone: 'accepted' })
  await sees('frank', 'push', left.json.uuid)
  expect((await a.ring({ callId: 'left-not', to: '1006' })).json.devices).toBe(0)
})

test('an app or a token that the relay cannot push to is refused', async () => {
  const device = android('grace')
  for (const app of ['com.example.other', '__proto__', 'constructor', 'toString']) {
    expectProblem(await a.register('1008', 'phone', { ...device, app }), 'unknown_app')
  }
  const wrong = [
    { ...device, platform: 'ios' },
    { ...iphone('grace'), platform: 'android' },
    { ...device, tokens: { fcm: 'short' } },
    { ...device, tokens: {} },
    { ...device, version: 0 },
    { ...device, version: 1.5 },
    { ...iphone('grace'), tokens: { voip: 'zz'.repeat(32) } },
    { ...iphone('grace'), tokens: { voip: 'ab'.repeat(201) } },
  ]
  for (const body of wrong) {
    const answer = await a.register('1008', 'phone', body as typeof device)
    expectProblem(answer, 'invalid_request')
    for (const token of Object.values(body.tokens)) expect(answer.text).not.toContain(token)
  }
  expect((await a.list('1008')).json.devices).toEqual([])
})

test('a removal without a version, or with one that is none, is refused', async () => {
  const path = '/v1/extensions/1009/devices/phone'
  for (const query of ['', '?version=', '?version=1e3', '?version=-1', '?version=9999999999999999', '?version=1&more=1']) {
    expectProblem(await a.call('DELETE', `${path}${query}`), 'invalid_request')
  }
  expect((await a.call('DELETE', `${path}?version=1`)).status).toBe(204)
})

test('registrations of many versions at once leave the newest', async () => {
  const versions = [3, 9, 1, 7, 5, 8, 2, 6, 4]
  await Promise.all(versions.map((version) => a.register('1010', 'phone', android(`heidi-${version}`, 'accept', version))))
  const rung = await a.ring({ callId: 'newest-of-many', to: '1010' })
  expect(outcomes(rung)).toEqual({ phone: 'accepted' })
  await sees('heidi-9', 'push', rung.json.uuid)
})

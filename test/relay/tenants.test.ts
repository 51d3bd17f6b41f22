import { expect, test } from 'vitest'
import { callUuid } from '../../wire/uuid.ts'
import { android } from './devices.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'

const { a, b, sees } = await openRelay()

test('two PBXs with the same extension, device, token and callId do not meet', async () => {
  for (const pbx of [a, b]) await pbx.register('1001', 'phone', android('alice'))
  const [ofA, ofB] = await Promise.all([a, b].map((pbx) => pbx.ring({ callId: 'same', to: '1001' })))
  expect([ofA?.json.uuid, ofB?.json.uuid]).toEqual([callUuid('hq', 'same'), callUuid('branch', 'same')])
  expect([ofA?.json.repeated, ofB?.json.repeated]).toEqual([undefined, undefined])
  for (const rung of [ofA, ofB]) await sees('alice', 'push', rung?.json.uuid)

  expect((await a.remove('1001', 'phone', 2)).status).toBe(204)
  expect((await a.ring({ callId: 'removed', to: '1001' })).json.devices).toBe(0)
  const left = await b.ring({ callId: 'removed', to: '1001' })
  expect(outcomes(left)).toEqual({ phone: 'accepted' })
  await sees('alice', 'push', left.json.uuid)
})

test('a PBX sees neither the devices nor the calls of another', async () => {
  await a.register('1002', 'phone', android('bob'))
  await a.ring({ callId: 'private', to: '1002' })
  expect((await b.list('1002')).json.devices).toEqual([])
  expect((await b.ring({ callId: 'guess', to: '1002' })).json.devices).toBe(0)
  expectProblem(await b.trace('private'), 'call_not_found')
  expect((await b.cancel('private')).json).toMatchObject({ known: false, devices: 0 })
  expect((await b.remove('1002', 'phone', 99)).status).toBe(204)
  expect((await a.list('1002')).json.devices).toHaveLength(1)
  expect((await a.cancel('private')).json).toMatchObject({ known: true, devices: 1 })
})

test('extensions and callIds that hold the table’s own separators stay apart', async () => {
  await a.register('1003', 'phone', android('carol'))
  for (const to of ['1003#DEVICE', '1003#', '#1003', '10']) {
    expect((await a.list(to)).json.devices).toEqual([])
  }
  await a.ring({ callId: 'x', to: '1003' })
  for (const callId of ['x#CALL', 'x#', '#x']) expectProblem(await a.trace(callId), 'call_not_found')
})

import { expect, test } from 'vitest'
import { recordWakes } from '../../core/wakes.ts'
import { START } from './clock.ts'
import { createWorld } from './world.ts'

const wake = { callId: 'c1', deviceId: 'i', platform: 'ios' as const, wakeMs: 900, first: true }
const extension = '1001'

test('a wake is recorded at its time by the relay’s clock, not at that of the report', () => {
  const world = createWorld()
  recordWakes(world.ports, 'acme', [{ ...wake, extension, agoMs: 250 }])
  expect(world.history).toEqual([{ pbx: 'acme', at: START - 250, ...wake }])
})

test('no extension is recorded: it may be a phone number', () => {
  const world = createWorld()
  recordWakes(world.ports, 'acme', [{ ...wake, extension: '447700900123', agoMs: 0 }])
  expect(world.history).toHaveLength(1)
  expect(JSON.stringify(world.history)).not.toContain('447700900123')
})

test('every wake of a batch is recorded and counted', () => {
  const world = createWorld()
  const wakes = ['i', 'a', 'b'].map((deviceId) => ({ ...wake, extension, deviceId, agoMs: 0 }))
  expect(recordWakes(world.ports, 'acme', wakes)).toBe(3)
  expect(world.history.map(({ deviceId }) => deviceId)).toEqual(['i', 'a', 'b'])
})

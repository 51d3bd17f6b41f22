import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pruneDevice } from '../../core/endpoint.ts'
import { register, remove } from '../../core/register.ts'
import type { Problem } from '../../wire/problem.ts'
import { android, createWorld, keyOf, PBX } from './world.ts'

const key = keyOf('a')
const version = fc.integer({ min: 1, max: 8 })
const step = fc.oneof(
  fc.record({ does: fc.constant('register' as const), version, token: fc.constantFrom('one', 'two') }),
  fc.record({ does: fc.constant('remove' as const), version }),
  fc.record({ does: fc.constant('prune' as const) }),
)

const allowStale = (error: Problem): void => {
  if (error.code !== 'stale_version') throw error
}

test('whatever order versions come in, the newest wins, nothing comes back, and no endpoint is left over', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      const world = createWorld()
      let newest = 0
      let expected: { version: number; token: string } | undefined
      for (const step of steps) {
        if (step.does === 'prune') {
          const [device] = await world.stores.devices.of(PBX.id, key.extension)
          if (device) await pruneDevice(world.ports, device)
          expected = undefined
        } else {
          const work =
            step.does === 'register'
              ? register(world.ports, PBX, key, android(step.token, step.version))
              : remove(world.ports, key, step.version)
          await work.catch(allowStale)
          if (step.version > newest) expected = step.does === 'register' ? step : undefined
          newest = Math.max(newest, step.version)
        }
        const live = await world.stores.devices.of(PBX.id, key.extension)
        expect(live.map(({ version, tokens }) => ({ version, token: tokens.fcm }))).toEqual(
          expected ? [{ version: expected.version, token: `fcm-${expected.token}` }] : [],
        )
        expect(world.sns.arns()).toEqual(live.map(({ endpoints }) => endpoints.fcm))
        expect(await world.stores.devices.countOf(PBX.id)).toBe(live.length)
      }
    }),
    { numRuns: 300 },
  )
})

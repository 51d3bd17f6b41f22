import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type EndpointEvent, handleEndpointEvent } from '../../core/endpoint-event.ts'
import { type RegisterPorts, register } from '../../core/register.ts'
import { exploreAll, runInOrder, type Scenario, type Turns } from './explore.ts'
import { createMemory } from './memory.ts'
import { createSns } from './sns.ts'
import { APPS, android, keyOf, PBX } from './world.ts'

const ARNS = ['fresh', 'same'] as const
const [mine, theirs] = [keyOf('mine'), keyOf('theirs', '1002')] as const
const LATER_MS = 60_000

/** A phone that registered long ago, and its world: what `raced` does to the table waits for its turn. */
function stage(arns: (typeof ARNS)[number], { clock, inTurns }: Turns) {
  const stores = createMemory()
  const sns = createSns(clock, arns)
  const later = { ...clock, now: () => clock.now() + LATER_MS }
  const base: RegisterPorts = { ...stores, endpoints: sns.endpoints, clock, apps: APPS }
  const raced: RegisterPorts = {
    ...base,
    clock: later,
    devices: inTurns(stores.devices),
    links: inTurns(stores.links),
  }
  const eventOf = (endpoint = ''): EndpointEvent => ({
    endpoint,
    type: 'EndpointDisabled',
    words: '',
    at: clock.now() + LATER_MS - 1,
  })
  return { stores, sns, base, raced, eventOf }
}

describe.each(ARNS)('when a token that comes back gets %s ARN', (arns) => {
  test('a phone that registers again while its death is told has its endpoint, in every order', async () => {
    const scenario: Scenario = (turns) => {
      const { stores, sns, base, raced, eventOf } = stage(arns, turns)
      const before = register(base, PBX, mine, android('a', 1))
      const told = before.then(() => handleEndpointEvent(raced, eventOf(sns.arnOf('fcm-a'))))
      const again = before.then(() => register(raced, PBX, mine, android('a', 2)))
      const check = async () => {
        const stored = await stores.devices.get(mine)
        expect(stored).toMatchObject({ version: 2, endpoints: { fcm: expect.any(String) } })
        const arn = stored && 'endpoints' in stored ? (stored.endpoints.fcm ?? '') : ''
        expect(sns.isEnabled(arn)).toBe(true)
        expect(await stores.links.devicesOf(arn)).toEqual([mine])
        expect(await stores.devices.countOf(PBX.id)).toBe(1)
      }
      return { actors: [told, again], check }
    }
    expect(await exploreAll(scenario)).toBeGreaterThan(1000)
  })

  test('told twice at once, two phones of one token are removed once and their endpoint is deleted, in any order', async () => {
    const scenario: Scenario = (turns) => {
      const { stores, sns, base, raced, eventOf } = stage(arns, turns)
      const before = Promise.all([mine, theirs].map((key) => register(base, PBX, key, android('a', 1))))
      const tell = () => before.then(() => handleEndpointEvent(raced, eventOf(sns.arnOf('fcm-a'))))
      const [one, two] = [tell(), tell()]
      const check = async () => {
        const pruned = [...(await one).pruned, ...(await two).pruned]
        expect(pruned.map(({ deviceId }) => deviceId).sort()).toEqual(['mine', 'theirs'])
        expect(await stores.devices.countOf(PBX.id)).toBe(0)
        expect(sns.arns()).toEqual([])
      }
      return { actors: [one, two], check }
    }
    await inAnyOrder(scenario, 2000)
  })
})

/** Orders drawn at random where there are too many for all of them; a failing one is shrunk and printed. */
const inAnyOrder = (scenario: Scenario, numRuns: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 11 }), { minLength: 40, maxLength: 40 }), async (choices) => {
      await runInOrder(scenario, choices)
    }),
    { numRuns, seed: 20260302 },
  )

import { expect, test } from 'vitest'
import { cancel } from '../../core/cancel.ts'
import { createRate } from '../../core/rate.ts'
import { register } from '../../core/register.ts'
import { ring } from '../../core/ring.ts'
import { exploreAll, type Scenario } from './explore.ts'
import { createMemory } from './memory.ts'
import { createSns, wakecallOf } from './sns.ts'
import { APPS, android, call, keyOf, PBX } from './world.ts'

test('a ring and its cancel at once: a phone that was rung is told to stop, one that was awake is left alone, in every order', async () => {
  const seen = new Set<string>()
  const scenario: Scenario = ({ clock, inTurns }) => {
    const { rates, ...stores } = createMemory()
    const sns = createSns(clock)
    const aside = {
      random: () => 1,
      record: () => {},
      callerOf: String,
      report: (_: string, error: unknown) => expect.fail(String(error)),
    }
    const base = { ...stores, ...aside, apps: APPS, clock, endpoints: sns.endpoints, rate: createRate(rates, clock) }
    const before = Promise.all(['a', 'awake'].map((id) => register(base, PBX, keyOf(id), android(id))))
    const raced = { ...base, devices: inTurns(stores.devices), claims: inTurns(stores.claims), pusher: inTurns(sns.pusher) }
    return {
      actors: [
        before.then(() => ring(raced, PBX, call('c1', { awake: ['awake'] }))),
        before.then(() => cancel(raced, PBX, 'c1', 'answered_elsewhere')),
      ],
      check: () => {
        expect(sns.sent.filter(({ token }) => token !== 'fcm-a')).toEqual([])
        const events = sns.sent.map((sent) => wakecallOf(sent).event).sort()
        seen.add(events.join(' '))
      },
    }
  }
  await exploreAll(scenario)
  // Suppressed, or rung and called off: never rung alone.
  expect([...seen].sort()).toEqual(['', 'call cancel'])
})

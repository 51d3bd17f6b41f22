import type { Answer } from './answer.ts'
import type { Clock } from './clock.ts'
import type { LastPush } from './health.ts'
import type { Metrics } from './metrics.ts'
import { PnsProblem, type PnsProblemCode } from './problem.ts'
import type { Relay } from './relay/relay.ts'
import type { Store } from './store/store.ts'
import type { createWakes } from './wakes.ts'

type Wakes = ReturnType<typeof createWakes>

export type Watch = ReturnType<typeof createWatch>

/** Commits and flushes fail apart: one that succeeds says nothing of the other. */
const COMMITS = ['register', 'remove', 'settle', 'forget', 'recheck'] as const

const resultOf = (error: unknown): PnsProblemCode => (error instanceof PnsProblem ? error.code : 'internal')

/** Counts what the parts of the PNS do, and keeps what `/health` tells of it: the parts themselves know nothing of either. */
export function createWatch(metrics: Metrics, clock: Clock) {
  let lastPush: LastPush | undefined
  const failing = new Map<'commit' | 'flush', PnsProblemCode>()

  function timed<T>(route: string, answer: Promise<T>): Promise<T> {
    const began = clock.monotonic()
    const done = (result: string) => {
      metrics.relayRequests.inc({ route, result })
      metrics.relayRequestSeconds.observe({ route }, (clock.monotonic() - began) / 1000)
      if (route === 'ring') lastPush = { at: new Date(clock.wall()).toISOString(), result }
    }
    answer.then(
      () => done('ok'),
      (error) => done(resultOf(error)),
    )
    return answer
  }

  function committing<A extends unknown[], T>(commit: (...args: A) => T): (...args: A) => T {
    return (...args) => {
      try {
        const result = commit(...args)
        failing.delete('commit')
        return result
      } catch (error) {
        failing.set('commit', resultOf(error))
        throw error
      }
    }
  }

  return {
    /** A request of the PBX that has a route. */
    async request(route: string, answer: () => Answer | Promise<Answer>): Promise<Answer> {
      try {
        const answered = await answer()
        metrics.requests.inc({ route, result: 'ok' })
        return answered
      } catch (error) {
        metrics.requests.inc({ route, result: resultOf(error) })
        throw error
      }
    },

    relay: (relay: Relay): Relay => ({
      ...relay,
      call: (name, request) => timed(name, relay.call(name, request)),
      once: (name, request) => timed(name, relay.once(name, request)),
    }),

    store(store: Store): Store {
      const commits = COMMITS.map((name) => [name, committing(store[name] as (...args: unknown[]) => unknown)])
      const durable = async () => {
        try {
          await store.durable()
          failing.delete('flush')
        } catch (error) {
          failing.set('flush', resultOf(error))
          throw error
        }
      }
      return { ...store, ...(Object.fromEntries(commits) as Pick<Store, (typeof COMMITS)[number]>), durable }
    },

    wakes: (wakes: Wakes): Wakes => ({
      ...wakes,
      add(wake, askedAt) {
        const wakeMs = wakes.add(wake, askedAt)
        metrics.wakeSeconds.observe({ platform: wake.platform }, wakeMs / 1000)
        return wakeMs
      },
    }),

    lastPush: () => lastPush,
    /** What the last change or flush failed with; none if it was stored. */
    storageProblem: () => failing.values().next().value,
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import type { PnsProblem } from './problem.ts'
import type { Relay } from './relay/relay.ts'
import { jitter } from './relay/retry.ts'
import type { Registration } from './store/registration.ts'
import type { Store } from './store/store.ts'
import { tell, verdictOn } from './verdict.ts'

const BATCH = 16
const LONGEST_WAIT_MS = 10_000

export type OutboxDependencies = {
  store: Store
  relay: () => Relay
  clock: Clock
  log: Logger
  /** Told of each attempt: what became of it, or `retry`. */
  counted: (outcome: string) => void
}

export type Outbox = ReturnType<typeof startOutbox>

const keyOf = ({ extension, deviceId }: Registration) => `${extension}\0${deviceId}`
const delayAfter = (failures: number) => jitter(Math.min(250 * 2 ** failures, LONGEST_WAIT_MS))

/**
 * Brings unconfirmed registrations to the relay, the longest waiting first, round and round until all are there. A device
 * has one request under way at most, and what fails alone is passed over for a while.
 */
export function startOutbox({ store, relay, clock, log, counted }: OutboxDependencies) {
  const stopping = new AbortController()
  let news = Promise.withResolvers<void>()
  let failedRounds = 0
  const underWay = new Map<string, Promise<boolean>>()
  /** Those that failed while others did not, and until when (monotonic) they are passed over. */
  const stubborn = new Map<string, { failures: number; until: number }>()

  /** Says whether the relay has answered for this version, one way or the other. */
  async function attempt(registration: Registration): Promise<boolean> {
    const { extension, deviceId, version, removed } = registration
    const change = { extension, deviceId, removed }
    try {
      await tell(relay(), registration)
      store.settle({ extension, deviceId, version, outcome: 'confirmed' })
      log.info(change, 'relay confirmed')
      counted('confirmed')
      return true
    } catch (error) {
      const verdict = verdictOn(registration, error, clock.wall())
      const { code = 'internal', message } = error as Partial<PnsProblem> & Error
      const outcome = verdict?.outcome ?? 'retry'
      log.warn({ ...change, code, detail: message, outcome }, 'relay did not confirm')
      counted(outcome)
      if (verdict) store.settle(verdict)
      return verdict !== undefined
    }
  }

  function deliver(registration: Registration): Promise<boolean> {
    const key = keyOf(registration)
    const request =
      underWay.get(key) ??
      attempt(registration)
        .catch((error) => {
          log.error({ err: error }, 'the answer of the relay could not be stored')
          return false
        })
        .finally(() => underWay.delete(key))
    underWay.set(key, request)
    return request
  }

  /** One failure among successes is the device's own; where all fail it is the relay, and everybody waits. */
  async function deliverAll(batch: readonly Registration[]): Promise<boolean> {
    const done = await Promise.all(batch.map(deliver))
    if (!done.includes(true)) return false
    for (const [i, registration] of batch.entries()) {
      const key = keyOf(registration)
      const failures = (stubborn.get(key)?.failures ?? 0) + 1
      if (done[i]) stubborn.delete(key)
      else stubborn.set(key, { failures, until: clock.monotonic() + delayAfter(failures) })
    }
    return true
  }

  const isDue = (registration: Registration) => (stubborn.get(keyOf(registration))?.until ?? 0) <= clock.monotonic()
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal, ref: false })

  /** Until there is news, or the first stubborn one is due. */
  function quiet(): Promise<void> {
    if (stubborn.size === 0) return news.promise
    const due = Math.min(...[...stubborn.values()].map(({ until }) => until))
    const timer = setTimeout(news.resolve, Math.max(0, due - clock.monotonic())).unref()
    return news.promise.finally(() => clearTimeout(timer))
  }

  /** From the longest waiting to the newest. Says whether there was anything to do. */
  async function round(): Promise<boolean> {
    let [cursor, any] = [0, false]
    for (;;) {
      const batch = store.waiting(cursor, BATCH)
      const last = batch.at(-1)
      if (!last || stopping.signal.aborted) return any
      cursor = last.version
      const due = batch.filter(isDue)
      if (due.length === 0) continue
      any = true
      failedRounds = (await deliverAll(due)) ? 0 : failedRounds + 1
      // Changes do not cut this short: while the relay is away it is not asked at each of them.
      if (failedRounds > 0) await pause(delayAfter(failedRounds))
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      news = Promise.withResolvers()
      const began = clock.monotonic()
      if (await round()) continue
      // Nobody waits for these any more: the round would have found them.
      for (const [key, { until }] of stubborn) if (until <= began) stubborn.delete(key)
      await quiet()
    }
  }

  const running = run().catch((error) => {
    if (!stopping.signal.aborted) log.fatal({ err: error }, 'outbox stopped')
  })

  return {
    notify: () => news.resolve(),
    /** Brings what is unconfirmed of an extension to the relay at once, before a call; at most so long, and never while the relay is away. */
    async hurry(extension: string, withinMs: number): Promise<void> {
      const changes = failedRounds > 0 ? [] : store.waitingOf(extension)
      if (changes.length === 0) return
      const timeUp = new AbortController()
      await Promise.race([Promise.all(changes.map(deliver)), sleep(withinMs, undefined, { signal: timeUp.signal })])
      timeUp.abort()
    },
    stop: () => {
      stopping.abort()
      news.resolve()
      return running
    },
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import { PnsProblem } from './problem.ts'
import { BACKGROUND_BUDGET_MS, type Relay } from './relay/relay.ts'
import { jitter } from './relay/retry.ts'
import type { Registration } from './store/registration.ts'
import type { Store, Verdict } from './store/store.ts'

const BATCH = 16
const LONGEST_WAIT_MS = 30_000

type Dependencies = { store: Store; relay: () => Relay; clock: Clock; log: Logger }

/** Tells the relay of one device: its state now, so that older ones can never come after it. */
function tell(relay: Relay, { extension, deviceId, version, removed, ...device }: Registration): Promise<unknown> {
  const target = { params: { extension, deviceId }, budgetMs: BACKGROUND_BUDGET_MS }
  if (removed) return relay.once('remove', { ...target, query: { version: String(version) } })
  const { platform, app, token, alertToken } = device
  const body =
    platform === 'ios'
      ? { platform, app, tokens: { voip: token, ...(alertToken !== undefined && { alert: alertToken }) }, version }
      : { platform, app, tokens: { fcm: token }, version }
  return relay.once('register', { ...target, body: () => body })
}

/**
 * What a failure means for this version; `undefined` to try again. A stored version that equals ours is ours, arrived
 * before. One from the future was written by a clock that we have lost: this change is the newer one. Any other is a
 * later change than ours, made by someone else.
 */
export function verdictOn(sent: Registration, error: unknown, now: number): Verdict | undefined {
  const { extension, deviceId, version } = sent
  const relay = error instanceof PnsProblem && error.code === 'relay_refused' ? error.extras.relay : undefined
  if (!relay) return undefined
  const { storedVersion } = relay
  const key = { extension, deviceId, version }
  if (relay.code === 'stale_version' && storedVersion === version) return { ...key, outcome: 'confirmed' }
  if (relay.code === 'stale_version' && storedVersion !== undefined && storedVersion > now) {
    return { ...key, outcome: 'superseded', storedVersion }
  }
  return { ...key, outcome: 'refused', refusal: `${relay.code}: ${relay.detail}` }
}

/** Brings unconfirmed registrations to the relay, the longest waiting first, round and round until all are there. */
export function startOutbox({ store, relay, clock, log }: Dependencies) {
  const stopping = new AbortController()
  let news = Promise.withResolvers<void>()

  async function deliver(registration: Registration): Promise<Verdict | undefined> {
    const { extension, deviceId, version, removed } = registration
    try {
      await tell(relay(), registration)
      log.info({ extension, deviceId, removed }, 'relay confirmed')
      return { extension, deviceId, version, outcome: 'confirmed' }
    } catch (error) {
      const verdict = verdictOn(registration, error, clock.wall())
      const { code = 'internal', message } = error as Partial<PnsProblem> & Error
      log.warn(
        { extension, deviceId, removed, code, detail: message, outcome: verdict?.outcome ?? 'retry' },
        'relay did not confirm',
      )
      return verdict
    }
  }

  function settle(verdicts: readonly Verdict[]): boolean {
    try {
      if (verdicts.length > 0) store.settle(verdicts)
      return verdicts.length > 0
    } catch (error) {
      log.error({ err: error }, 'the answers of the relay could not be stored')
      return false
    }
  }

  /** Changes do not cut this short: while the relay is away it is not asked at each of them. */
  const backOff = (failures: number) =>
    sleep(jitter(Math.min(250 * 2 ** failures, LONGEST_WAIT_MS)), undefined, { signal: stopping.signal, ref: false })

  async function run() {
    let [cursor, failures] = [0, 0]
    while (!stopping.signal.aborted) {
      news = Promise.withResolvers()
      const batch = store.waiting(cursor, BATCH)
      if (batch.length === 0 && cursor === 0) await news.promise
      cursor = batch.at(-1)?.version ?? 0
      if (batch.length === 0) continue
      const verdicts = (await Promise.all(batch.map(deliver))).filter((verdict) => verdict !== undefined)
      failures = settle(verdicts) ? 0 : failures + 1
      if (failures > 0) await backOff(failures)
    }
  }

  const running = run().catch((error) => {
    if (!stopping.signal.aborted) log.fatal({ err: error }, 'outbox stopped')
  })

  return {
    notify: () => news.resolve(),
    stop: () => {
      stopping.abort()
      news.resolve()
      return running
    },
  }
}

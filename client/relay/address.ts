import { setTimeout as sleep } from 'node:timers/promises'
import { ROUTES, type RouteName } from '../../wire/routes.ts'
import type { Clock } from '../clock.ts'
import type { AddressBook } from '../net/last-good.ts'
import { namesFor } from '../net/names.ts'
import { PnsProblem } from '../problem.ts'
import { type AnswerOf, answerOf } from './answer.ts'
import { createBreaker } from './breaker.ts'
import type { Contact } from './contact.ts'
import { createWarmth, keepWarm } from './keep-warm.ts'
import { createLatencies } from './latencies.ts'
import { BACKGROUND_BUDGET_MS, messageOf, type RelayRequest } from './request.ts'
import { createTransport, type RelaySettings } from './transport.ts'

/** `extra`: not the first attempt of its request. `overtaken` is aborted when another address answered. */
type Attempt = { remainingMs: number; extra: boolean; overtaken?: AbortSignal }

export type Address = ReturnType<typeof createAddress>

const HEALTH = { budgetMs: BACKGROUND_BUDGET_MS }
/** One that hangs must not hide for long that the address is back. */
const PROBE_MS = 3_000
const REFUSALS = ['relay_refused', 'call_not_found', 'push_rate_exceeded', 'key_refused', 'clock_skewed']

const isOfCalls = (name: RouteName): boolean => ROUTES[name].function === 'calls'

/** One address of the relay, `settings.relay`: what is asked there, and whether it is away. */
export function createAddress(settings: RelaySettings, clock: Clock, contact: Contact, book?: AddressBook) {
  const warmth = createWarmth(clock)
  const latencies = createLatencies()
  const names = namesFor(settings.network, clock, book)
  const transport = createTransport(settings, clock, { closedIdle: warmth.closedAfter, names })
  const breaker = createBreaker({
    probe: () => exchange('health', HEALTH, { remainingMs: PROBE_MS, extra: true }),
    wall: clock.wall,
    wait: (ms) => sleep(ms, undefined, { ref: false }),
  })
  let cool = () => {}

  async function exchange<N extends RouteName>(
    name: N,
    request: RelayRequest<N>,
    { remainingMs, overtaken }: Attempt,
  ): Promise<AnswerOf<N>> {
    const began = clock.monotonic()
    const tookMs = () => clock.monotonic() - began
    try {
      const response = await transport.send(messageOf(name, request), remainingMs, overtaken)
      warmth.used()
      const answer = answerOf(name, response, clock.wall())
      contact.answered(response, tookMs())
      if (name === 'ring') latencies.add(tookMs())
      return answer
    } catch (error) {
      // It would have taken longer still.
      if (overtaken?.aborted && name === 'ring') latencies.add(tookMs())
      else contact.failed(error instanceof PnsProblem ? error.code : 'internal')
      throw error
    }
  }

  /** An answer about a device says that the relay can be reached, not that it takes calls. */
  function answered(name: RouteName): void {
    if (isOfCalls(name) || breaker.last()?.code === 'relay_unreachable') breaker.answered()
  }

  /** Failures of functions that take no calls are theirs alone, and one that an extra attempt mends is none. */
  function failed(name: RouteName, error: unknown, extra: boolean): void {
    if (!(error instanceof PnsProblem)) return
    const { code } = error
    const ofCalls = ['relay_slow', 'relay_failed'].includes(code) && isOfCalls(name) && !extra
    if (code === 'relay_unreachable' || ofCalls) breaker.failed(error)
    else if (REFUSALS.includes(code)) answered(name)
  }

  async function ask<N extends RouteName>(name: N, request: RelayRequest<N>, attempt: Attempt): Promise<AnswerOf<N>> {
    try {
      const answer = await exchange(name, request, attempt)
      answered(name)
      return answer
    } catch (error) {
      failed(name, error, attempt.extra)
      throw error
    }
  }

  return {
    ask,
    p95: latencies.p95,
    names: transport.names,
    /** What requests fail with while the address is known to be away. */
    away(): PnsProblem | undefined {
      const opened = breaker.opened()
      if (!opened) return undefined
      const since = new Date(opened.since).toISOString()
      const next = 'It is asked again every few seconds.'
      return new PnsProblem('relay_away', `Away since ${since}: ${opened.problem.message} ${next}`, {}, opened.problem)
    },
    keepWarm(): void {
      cool = keepWarm(warmth, () => {
        const attempt = { remainingMs: HEALTH.budgetMs, extra: false }
        if (!breaker.opened()) ask('health', HEALTH, attempt).catch(() => undefined)
      })
    },
    close(): void {
      cool()
      breaker.stop()
      transport.close()
    },
  }
}

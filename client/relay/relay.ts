import { setTimeout as sleep } from 'node:timers/promises'
import type { RouteName } from '../../wire/routes.ts'
import type { Clock } from '../clock.ts'
import { idOf } from '../keys/key-file.ts'
import type { AddressBook } from '../net/last-good.ts'
import type { NameState } from '../net/names.ts'
import { PnsProblem, type PnsProblemCode } from '../problem.ts'
import { type Address, createAddress } from './address.ts'
import { createAllowance } from './allowance.ts'
import type { AnswerOf } from './answer.ts'
import { createContact, type Seen } from './contact.ts'
import { hedged } from './hedge.ts'
import { hedgeDelay } from './latencies.ts'
import type { RelayRequest } from './request.ts'
import { withinBudget } from './retry.ts'
import type { RelaySettings } from './transport.ts'

export { BACKGROUND_BUDGET_MS } from './request.ts'

/** `away`: no address is asked, because none answers. `p95Ms`: of the last answers to calls. */
export type RelayContact = Seen & { away: boolean; p95Ms?: number }

/** The relay's routes as functions. Every failure is a `PnsProblem`; `close` ends the calls that still run with one. */
export type Relay = {
  /** Of the key that signs. */
  keyId: string | undefined
  call: <N extends RouteName>(name: N, request: RelayRequest<N>) => Promise<AnswerOf<N>>
  /** `call` with one attempt, for callers that come back by themselves. */
  once: <N extends RouteName>(name: N, request: RelayRequest<N>) => Promise<AnswerOf<N>>
  contact: () => RelayContact
  /** How the names of its addresses stand. */
  names: () => NameState[]
  /** Has a connection ready at all times, from now on. */
  keepWarm: () => void
  close: () => void
  /** Closes when every request that was begun has ended. */
  retire: () => Promise<void>
}

/** Failures that another address need not have. */
const OF_AN_ADDRESS: readonly PnsProblemCode[] = ['relay_unreachable', 'relay_failed', 'relay_answered_nonsense']
const mends = (error: unknown) => error instanceof PnsProblem && OF_AN_ADDRESS.includes(error.code)

const wait = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal, ref: false })

/** `book`: where addresses of names are kept that worked last. */
export function createRelay(settings: RelaySettings, clock: Clock, book?: AddressBook): Relay {
  const contact = createContact(clock)
  const allowance = createAllowance(clock)
  const addressAt = (relay: string) => createAddress({ ...settings, relay }, clock, contact, book)
  const primary = addressAt(settings.relay)
  const alternate = settings.alternateRelay === undefined ? undefined : addressAt(settings.alternateRelay)
  const addresses = alternate ? [primary, alternate] : [primary]
  const underWay = new Set<Promise<unknown>>()
  let open = true

  /** The addresses to ask, the first first. Throws `relay_away` if there is none. */
  function waysNow(): [Address, Address?] {
    const [first, second] = addresses.filter((address) => !address.away())
    if (first) return second ? [first, second] : [first]
    throw primary.away()
  }

  function attempt<N extends RouteName>(
    name: N,
    request: RelayRequest<N>,
    remainingMs: number,
    failures: number,
  ): Promise<AnswerOf<N>> {
    const [one, other] = waysNow()
    const extra = failures > 0
    if (!other) return one.ask(name, request, { remainingMs, extra })
    const deadline = clock.monotonic() + remainingMs
    return hedged({
      first: (overtaken) => one.ask(name, request, { remainingMs, extra, overtaken }),
      second: (overtaken) =>
        other.ask(name, request, { remainingMs: Math.max(1, deadline - clock.monotonic()), extra: true, overtaken }),
      delayMs: name === 'ring' ? hedgeDelay(one.p95(), remainingMs) : undefined,
      mends,
      maySecond: () => open && allowance.take(),
      wait,
    })
  }

  function counted<T>(request: Promise<T>): Promise<T> {
    const ended = () => void underWay.delete(request)
    underWay.add(request)
    request.then(ended, ended)
    allowance.earn()
    return request
  }

  const isAway = () => addresses.every((address) => address.away())
  const mayRetry = () => open && !isAway() && allowance.take()

  const call: Relay['call'] = (name, request) =>
    counted(
      withinBudget(request.budgetMs, clock, mayRetry, async (remainingMs, failures) =>
        attempt(name, request, remainingMs, failures),
      ),
    )

  const once: Relay['once'] = (name, request) =>
    counted((async () => waysNow()[0].ask(name, request, { remainingMs: request.budgetMs, extra: false }))())

  function close(): void {
    open = false
    for (const address of addresses) address.close()
  }

  function seen(): RelayContact {
    const p95Ms = primary.p95()
    return { ...contact.seen(), away: isAway(), ...(p95Ms !== undefined && { p95Ms }) }
  }

  return {
    keyId: settings.key && idOf(settings.key),
    call,
    once,
    contact: seen,
    names: () => addresses.flatMap(({ names }) => names()),
    keepWarm: () => {
      for (const address of addresses) address.keepWarm()
    },
    close,
    retire: () => Promise.allSettled(underWay).then(close),
  }
}

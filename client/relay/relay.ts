import type * as v from 'valibot'
import { pathOf, ROUTES, type RouteName, type Routes } from '../../wire/routes.ts'
import type { Clock } from '../clock.ts'
import { idOf } from '../keys/key-file.ts'
import { PnsProblem, type PnsProblemCode } from '../problem.ts'
import { type AnswerOf, answerOf } from './answer.ts'
import { withinBudget } from './retry.ts'
import { createTransport, type RelaySettings } from './transport.ts'

type BodyOf<N extends RouteName> = Routes[N] extends { body: infer S extends v.GenericSchema } ? v.InferInput<S> : never

/** `body` is asked for at each attempt, because times in it go on; `budgetMs` holds for all attempts together. */
type RelayRequest<N extends RouteName> = {
  budgetMs: number
  params?: Record<string, string>
  query?: Record<string, string>
  body?: () => BodyOf<N>
}

/** When the relay last answered, and what went wrong since (`undefined`: nothing). */
type RelayContact = { at: string | undefined; problem: PnsProblemCode | undefined }

/** The relay's routes as functions. Every failure is a `PnsProblem`; `close` ends the calls that still run with one. */
export type Relay = {
  /** Of the key that signs. */
  keyId: string | undefined
  call: <N extends RouteName>(name: N, request: RelayRequest<N>) => Promise<AnswerOf<N>>
  /** `call` without retries, for callers that come back by themselves. */
  once: <N extends RouteName>(name: N, request: RelayRequest<N>) => Promise<AnswerOf<N>>
  contact: () => RelayContact
  close: () => void
  /** Closes when every request that was begun has ended. */
  retire: () => Promise<void>
}

/** No call waits for these. */
export const BACKGROUND_BUDGET_MS = 10_000

export function createRelay(settings: RelaySettings, clock: Clock): Relay {
  const transport = createTransport(settings, clock)
  const underWay = new Set<Promise<unknown>>()
  let open = true
  const contact: RelayContact = { at: undefined, problem: undefined }

  async function attempt<N extends RouteName>(name: N, request: RelayRequest<N>, remainingMs: number): Promise<AnswerOf<N>> {
    const path = pathOf(name, request.params)
    const query = new URLSearchParams(request.query).toString()
    const body = request.body ? JSON.stringify(request.body()) : ''
    try {
      const response = await transport.send({ method: ROUTES[name].method, path, query, body }, remainingMs)
      const answer = answerOf(name, response, clock.wall())
      Object.assign(contact, { at: new Date(clock.wall()).toISOString(), problem: undefined })
      return answer
    } catch (error) {
      contact.problem = error instanceof PnsProblem ? error.code : 'internal'
      throw error
    }
  }

  function counted<T>(request: Promise<T>): Promise<T> {
    const ended = () => void underWay.delete(request)
    underWay.add(request)
    request.then(ended, ended)
    return request
  }

  const call: Relay['call'] = (name, request) =>
    counted(
      withinBudget(
        request.budgetMs,
        clock,
        () => open,
        (remainingMs) => attempt(name, request, remainingMs),
      ),
    )

  function close(): void {
    open = false
    transport.close()
  }

  return {
    keyId: settings.key && idOf(settings.key),
    call,
    once: (name, request) => counted(attempt(name, request, request.budgetMs)),
    contact: () => ({ ...contact }),
    close,
    retire: () => Promise.allSettled(underWay).then(close),
  }
}

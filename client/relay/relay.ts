import type * as v from 'valibot'
import { pathOf, ROUTES, type RouteName, type Routes } from '../../wire/routes.ts'
import type { Clock } from '../clock.ts'
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
  call: <N extends RouteName>(name: N, request: RelayRequest<N>) => Promise<AnswerOf<N>>
  /** `call` without retries, for callers that come back by themselves. */
  once: <N extends RouteName>(name: N, request: RelayRequest<N>) => Promise<AnswerOf<N>>
  contact: () => RelayContact
  close: () => void
}

/** No call waits for these. */
export const BACKGROUND_BUDGET_MS = 10_000

const KEEP_WARM_MS = 4 * 60_000

export function createRelay(settings: RelaySettings, clock: Clock): Relay {
  const transport = createTransport(settings, clock)
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

  const call: Relay['call'] = (name, request) =>
    withinBudget(
      request.budgetMs,
      clock,
      () => open,
      (remainingMs) => attempt(name, request, remainingMs),
    )

  const once: Relay['once'] = (name, request) => attempt(name, request, request.budgetMs)

  // A failure shows in `contact`, and at the next call.
  const warmUp = () => void once('health', { budgetMs: BACKGROUND_BUDGET_MS }).catch(() => undefined)
  const timer = setInterval(warmUp, KEEP_WARM_MS).unref()
  warmUp()

  return {
    call,
    once,
    contact: () => ({ ...contact }),
    close: () => {
      open = false
      clearInterval(timer)
      return transport.close()
    },
  }
}

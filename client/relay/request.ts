import type * as v from 'valibot'
import { pathOf, ROUTES, type RouteName, type Routes } from '../../wire/routes.ts'
import type { RelayMessage } from './transport.ts'

/** No call waits for these. */
export const BACKGROUND_BUDGET_MS = 10_000

type BodyOf<N extends RouteName> = Routes[N] extends { body: infer S extends v.GenericSchema } ? v.InferInput<S> : never

/** `body` is asked for at each attempt, because times in it go on; `budgetMs` holds for all attempts together. */
export type RelayRequest<N extends RouteName> = {
  budgetMs: number
  params?: Record<string, string>
  query?: Record<string, string>
  body?: () => BodyOf<N>
}

/** What is sent at this moment. */
export const messageOf = <N extends RouteName>(name: N, { params, query, body }: RelayRequest<N>): RelayMessage => ({
  method: ROUTES[name].method,
  path: pathOf(name, params),
  query: new URLSearchParams(query).toString(),
  body: body ? JSON.stringify(body()) : '',
})

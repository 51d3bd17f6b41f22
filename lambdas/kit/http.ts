import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import type * as v from 'valibot'
import type { Clock } from '../../core/clock.ts'
import type { Pbx } from '../../core/ports.ts'
import type { Route, RouteName, Routes } from '../../wire/routes.ts'
import { findRoute } from './find-route.ts'
import type { Log, Metric } from './log.ts'
import { observe } from './observe.ts'
import { parseRequest } from './parse-request.ts'
import type { PbxCache } from './pbx-cache.ts'
import { verifySignature } from './verify-signature.ts'

type Output<S> = S extends v.GenericSchema<unknown, infer O> ? O : undefined

/** What a route's function gets: all of it verified and parsed. An unsigned route has no `pbx`. */
export type RequestOf<R extends Route> = {
  pbx: R['signed'] extends true ? Pbx : undefined
  params: { [P in keyof R['params']]: string }
  query: R extends { query: infer S } ? Output<S> : undefined
  body: R extends { body: infer S } ? Output<S> : undefined
}

type AnswerOf<R extends Route> = R extends { answer: infer S } ? Output<S> : undefined
/** `fields` and `metrics` go into the request's log line. */
export type Answer<B> = { answer: B; headers?: Record<string, string>; fields?: object; metrics?: Record<string, Metric> }

/** The function of every route that leads to a Lambda. */
export type Serve = { [N in RouteName]?: (request: RequestOf<Routes[N]>) => Promise<Answer<AnswerOf<Routes[N]>>> }

export type Deps = { log: Log; pbxs: PbxCache; clock: Clock }

/** What the chain learns of a request, middleware by middleware; it travels in the context as `wakecall`. */
export type State = {
  startedAt: number
  name?: RouteName
  route?: Route
  pbx?: Pbx
  params?: object
  query?: unknown
  body?: unknown
  fields?: object
  metrics?: Record<string, Metric>
}
export type HttpContext = Context & { wakecall: State }
export type HttpEvent = APIGatewayProxyEventV2
export type HttpResult = APIGatewayProxyStructuredResultV2
export type Handler = (event: HttpEvent, context: Context) => Promise<HttpResult>
export type Middleware = middy.MiddlewareObj<HttpEvent, HttpResult, Error, HttpContext>

/**
 * The one chain for HTTP: observe, and turn errors into problem details; refuse unknown routes; verify the signature over
 * the raw body; only then parse.
 */
export function signedHttp(serve: Serve, { log, pbxs, clock }: Deps): Handler {
  const chain = middy<HttpEvent, HttpResult, Error, HttpContext>()
    .use(observe(log, clock))
    .use(findRoute(serve))
    .use(verifySignature(pbxs, clock))
    .use(parseRequest)
    .handler(async (_event: HttpEvent, { wakecall }: HttpContext) => {
      const { name, route, ...request } = wakecall as Required<State>
      const run = serve[name] as (request: unknown) => Promise<Answer<unknown>>
      const { answer, headers, ...observed } = await run(request)
      Object.assign(wakecall, observed)
      const type = answer === undefined ? {} : { 'content-type': 'application/json' }
      return {
        statusCode: route.status,
        headers: { ...type, ...headers },
        body: answer === undefined ? '' : JSON.stringify(answer),
      }
    })
  return chain as unknown as Handler
}

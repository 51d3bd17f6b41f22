import type middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import type * as v from 'valibot'
import type { Pbx } from '../../core/pbx.ts'
import type { Route, RouteName, Routes } from '../../wire/routes.ts'
import type { RequestValues } from './metrics.ts'

type Output<S> = S extends v.GenericSchema<unknown, infer O> ? O : undefined

/** What a route's function gets: all of it verified and parsed. An unsigned route has no `pbx`, and no key that signed. */
type RequestOf<R extends Route> = {
  pbx: R['signed'] extends true ? Pbx : undefined
  keyId: R['signed'] extends true ? string : undefined
  params: { [P in keyof R['params']]: string }
  query: R extends { query: infer S } ? Output<S> : undefined
  body: R extends { body: infer S } ? Output<S> : undefined
}

type AnswerOf<R extends Route> = R extends { answer: infer S } ? Output<S> : undefined

/** `fields` and `metrics` go into the request's log line. */
export type Answer<B> = { answer: B; headers?: Record<string, string>; fields?: object; metrics?: RequestValues }

/** The function of every route that leads to a Lambda. */
export type Serve = { [N in RouteName]?: (request: RequestOf<Routes[N]>) => Promise<Answer<AnswerOf<Routes[N]>>> }

/** What the chain learns of a request, middleware by middleware; it travels in the context as `wakecall`. */
export type State = {
  startedAt: number
  name?: RouteName
  route?: Route
  pbx?: Pbx
  keyId?: string
  params?: object
  query?: unknown
  body?: unknown
  fields?: object
  metrics?: RequestValues
}
export type HttpContext = Context & { wakecall: State }
export type HttpEvent = APIGatewayProxyEventV2
export type HttpResult = APIGatewayProxyStructuredResultV2
export type Handler = (event: HttpEvent, context: Context) => Promise<HttpResult>
export type Middleware = middy.MiddlewareObj<HttpEvent, HttpResult, Error, HttpContext>

/** The bytes that were signed: API Gateway hands on text as text and anything else in base64. */
export const rawBody = ({ body = '', isBase64Encoded }: HttpEvent): Buffer =>
  Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')

import middy from '@middy/core'
import type { Clock } from '../../core/clock.ts'
import { findRoute } from './find-route.ts'
import type { Log } from './log.ts'
import { observe } from './observe.ts'
import { parseRequest } from './parse-request.ts'
import type { PbxCache } from './pbx-cache.ts'
import type { Answer, Handler, HttpContext, HttpEvent, HttpResult, Serve, State } from './request.ts'
import { verifySignature } from './verify-signature.ts'

export type Deps = { log: Log; pbxs: PbxCache; clock: Clock }

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

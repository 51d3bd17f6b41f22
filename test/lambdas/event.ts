import { randomUUID } from 'node:crypto'
import type { Context } from 'aws-lambda'
import type { HttpEvent } from '../../lambdas/kit/request.ts'
import { ROUTES, type RouteName, routeKey } from '../../wire/routes.ts'
import { signRequest } from '../../wire/signature.ts'
import type { Signer } from '../relay/pbx.ts'

const HOST = 'relay.example.com'

/** The event that API Gateway makes of a signed request to a route without identifiers. */
export function signedEvent(name: RouteName, body: unknown, { keyId, key }: Signer): HttpEvent {
  const { method, path } = ROUTES[name]
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const parts = { method, authority: HOST, path, query: '', body: Buffer.from(text) }
  const signature = signRequest(parts, key, keyId, Math.floor(Date.now() / 1000))
  const headers = { host: HOST, 'content-type': 'application/json', ...signature }
  const requestContext = { requestId: randomUUID(), http: { method, path } }
  const event = { routeKey: routeKey(ROUTES[name]), rawPath: path, rawQueryString: '', headers, requestContext, body: text }
  return event as unknown as HttpEvent
}

export const context = {} as Context

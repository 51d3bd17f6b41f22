import * as v from 'valibot'
import { parse, parseJson } from '../../wire/parse.ts'
import { Problem } from '../../wire/problem.ts'
import { idsOf, type Route } from '../../wire/routes.ts'
import { type HttpEvent, type Middleware, rawBody } from './request.ts'

/** Parses identifiers, query and body by the route's schemas. Comes after the signature: it was made over the raw bytes. */
export const parseRequest: Middleware = {
  before({ event, context: { wakecall } }) {
    const { params, query, body } = wakecall.route as Route
    wakecall.params = parse(v.object(params), idsOf(event.pathParameters ?? {}), '/path') as object
    wakecall.query = query && parse(query, queryOf(event.rawQueryString), '/query')
    wakecall.body = body && parse(body, jsonBody(event))
  },
}

function queryOf(rawQueryString: string): Record<string, string> {
  const entries = new URLSearchParams(rawQueryString)
  const query = Object.fromEntries(entries)
  if (Object.keys(query).length < entries.size) throw new Problem('invalid_request', 'Give each query parameter once.')
  return query
}

function jsonBody(event: HttpEvent): unknown {
  const [type = ''] = (event.headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new Problem('unsupported_media_type', 'Send the body as JSON, with `Content-Type: application/json`.')
  }
  return parseJson(rawBody(event).toString('utf8'))
}

import type { IncomingMessage } from 'node:http'
import { PnsProblem } from '../problem.ts'

const BODY_LIMIT = 16 * 1024

type Params = Record<string, unknown>

/** In these a space cannot be: it was a `+` (of an international number, say) that nobody percent-encoded. */
const WITHOUT_SPACES = new Set(['to', 'from', 'extension'])

/** An empty value counts as absent: a dialplan has empty variables, and cannot leave out their names. */
function readForm(text: string): Params {
  const params = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (params.has(name)) throw new PnsProblem('invalid_request', `${name.slice(0, 64)} is there twice`)
    if (value !== '') params.set(name, WITHOUT_SPACES.has(name) ? value.replaceAll(' ', '+') : value)
  }
  return Object.fromEntries(params)
}

function readJson(text: string): Params {
  const value = parse(text)
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Params
  throw new PnsProblem('invalid_request', 'The body must be a JSON object.')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PnsProblem('invalid_json', 'The body is not JSON.', {}, cause)
  }
}

const READERS: Record<string, (text: string) => Params> = {
  'application/json': readJson,
  'application/x-www-form-urlencoded': readForm,
}

async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request
  } catch (cause) {
    throw new PnsProblem('invalid_request', 'The connection ended before the body did.', {}, cause)
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of chunksOf(request)) {
    length += chunk.length
    if (length > BODY_LIMIT) throw new PnsProblem('payload_too_large', `The body is larger than ${BODY_LIMIT} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The parameters of a request, from its query and its body alike. */
export async function readParams(request: IncomingMessage, query: string): Promise<Params> {
  const params = query ? readForm(query) : {}
  const body = await readBody(request)
  if (!body) return params
  const type = (request.headers['content-type'] ?? 'none').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (!reader) throw new PnsProblem('unsupported_media_type', `The body must be ${Object.keys(READERS).join(' or ')}.`)
  const given = reader(body)
  const twice = Object.keys(given).find((name) => Object.hasOwn(params, name))
  if (twice !== undefined) throw new PnsProblem('invalid_request', `${twice.slice(0, 64)} is in the query and in the body`)
  return { ...params, ...given }
}

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { PROBLEM_TYPE } from '../../wire/problem.ts'
import type { Answer, FileAnswer, Stream } from '../answer.ts'
import type { Context } from '../context.ts'
import { PnsProblem } from '../problem.ts'
import { guard } from './guard.ts'
import { readParams } from './input.ts'
import { matchRoute } from './match.ts'

type Reply = { status: number; headers: OutgoingHttpHeaders; body: string | Buffer }

const TEXT = 'text/plain; charset=utf-8'
const json = (status: number, type: string, body: object, headers = {}): Reply => ({
  status,
  headers: { 'content-type': type, ...headers },
  body: `${JSON.stringify(body)}\n`,
})

const wantsText = ({ headers }: IncomingMessage): boolean => /\btext\/plain\b/.test(headers.accept ?? '')

async function answer(request: IncomingMessage, context: Context, hungUp: AbortSignal): Promise<Answer> {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s, 2)
  const { route, params } = matchRoute(request.method ?? '', path)
  guard(request.headers, context.settings(), route.access)
  return route.run(context, { ...(await readParams(request, query)), ...params }, hungUp)
}

function replyWith(answer: Exclude<Answer, FileAnswer | { stream: Stream }>, asText: boolean): Reply {
  if ('text' in answer) return { status: 200, headers: { 'content-type': answer.contentType }, body: answer.text }
  const { status = 200, headers } = answer
  if (asText) return { status, headers: { 'content-type': TEXT }, body: answer.bare ?? String(answer.devices) }
  return json(status, 'application/json', answer.body, headers)
}

function fileReply({ headers: asked }: IncomingMessage, { file, gzip, contentType, headers }: FileAnswer): Reply {
  if (asked['if-none-match'] === headers.etag) return { status: 304, headers, body: '' }
  const zipped = /\bgzip\b/.test(String(asked['accept-encoding'] ?? ''))
  return {
    status: 200,
    headers: { ...headers, 'content-type': contentType, ...(zipped && { 'content-encoding': 'gzip' }), vary: 'accept-encoding' },
    body: zipped ? gzip : file,
  }
}

function replyTo(error: unknown, asText: boolean, { log, metrics }: Context): Reply {
  const requestId = randomUUID()
  const problem = error instanceof PnsProblem ? error : new PnsProblem('internal', 'See the log of the PNS.', {}, error)
  const { code, status, extras, message } = problem
  metrics.problems.inc({ code })
  if (code === 'internal') log.error({ requestId, err: error }, 'request failed')
  else log.info({ requestId, code, detail: message }, 'request refused')
  const headers = {
    ...(extras.allow && { allow: extras.allow.join(', ') }),
    ...(extras.retryAfterSeconds !== undefined && { 'retry-after': String(extras.retryAfterSeconds) }),
    ...(code === 'token_required' && { 'www-authenticate': 'Bearer' }),
    ...(code === 'payload_too_large' && { connection: 'close' }),
  }
  if (asText) return { status, headers: { 'content-type': TEXT, ...headers }, body: '0' }
  return json(status, PROBLEM_TYPE, problem.document(requestId), headers)
}

/** Aborted when the caller goes before its answer is sent. */
function hangUpOf(response: ServerResponse): AbortSignal {
  const hangUp = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) hangUp.abort()
  })
  return hangUp.signal
}

/** Who reads so much more slowly than it is written is cut off, and comes back. */
const UNREAD_BYTES = 4 * 1024 * 1024

function streamTo(response: ServerResponse, { contentType, join }: Stream): void {
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' })
  const send = (text: string) => {
    response.write(text)
    if (response.writableLength > UNREAD_BYTES) response.destroy()
  }
  response.once(
    'close',
    join(send, () => response.end()),
  )
}

/** In milliseconds. Who sends slowly is a PBX in trouble or nobody good; who keeps a connection is a PBX between two calls. */
const LIMITS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 60_000 }

/** The PNS's HTTP server, not yet listening. Whatever happens to a request, it gets an answer. */
export function createHttpServer(context: Context): Server {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asText = wantsText(request)
    const answered = await answer(request, context, hangUpOf(response)).catch((error: unknown) => ({ error }))
    if ('stream' in answered) return streamTo(response, answered.stream)
    const reply =
      'error' in answered
        ? replyTo(answered.error, asText, context)
        : 'file' in answered
          ? fileReply(request, answered)
          : replyWith(answered, asText)
    const closing = server.listening ? {} : { connection: 'close' }
    response.writeHead(reply.status, { ...reply.headers, ...closing, 'content-length': Buffer.byteLength(reply.body) })
    response.end(reply.body)
  }
  const server = createServer(LIMITS, (request, response) => void serve(request, response))
  return server
}

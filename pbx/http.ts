import { Agent, type IncomingMessage, request } from 'node:http'
import { request as requestTls, Agent as TlsAgent } from 'node:https'
import { text } from 'node:stream/consumers'

/** `body` is what stood there as JSON, or `undefined`. */
export type HttpAnswer = { status: number; body: unknown; date: string | undefined }

export type Http = {
  /** Rejects with an `Error` (its `code` as Node's) if there is no answer in time. */
  ask: (method: string, path: string, body?: unknown) => Promise<HttpAnswer>
  close: () => void
}

/** `url`: with the prefix of all paths, if there is one. `socketPath`: a Unix socket in the place of its host. */
export type HttpPlace = { url: string; socketPath?: string | undefined; authorization?: string | undefined }

/** JSON over connections that are kept, so many at most: what is asked beyond them waits in line. */
export function openHttp({ url, socketPath, authorization }: HttpPlace, timeoutMs: number, connections: number): Http {
  const { protocol, hostname, port, pathname } = new URL(url)
  const prefix = pathname.replace(/\/$/, '')
  const tls = protocol === 'https:'
  const options = { keepAlive: true, maxSockets: connections, timeout: timeoutMs }
  const agent = tls ? new TlsAgent(options) : new Agent(options)
  const where = socketPath === undefined ? { host: hostname.replace(/^\[|\]$/g, ''), port } : { socketPath }

  function ask(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
    const payload = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      'content-length': Buffer.byteLength(payload),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(authorization !== undefined && { authorization }),
    }
    const open = tls ? requestTls : request
    const sent = open({ ...where, agent, method, path: prefix + path, headers }, (response) => {
      text(response).then((read) => resolve(answerOf(response, read)), reject)
    })
    const timer = setTimeout(() => sent.destroy(timeoutError(timeoutMs)), timeoutMs)
    sent.on('error', reject)
    sent.on('close', () => clearTimeout(timer))
    sent.end(payload)
    return promise
  }
  return { ask, close: () => agent.destroy() }
}

const timeoutError = (ms: number) => Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' })

const answerOf = ({ statusCode = 0, headers }: IncomingMessage, read: string): HttpAnswer => ({
  status: statusCode,
  body: parse(read),
  date: headers.date,
})

function parse(read: string): unknown {
  try {
    return JSON.parse(read)
  } catch {
    return undefined
  }
}

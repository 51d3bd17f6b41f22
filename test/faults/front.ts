import { once } from 'node:events'
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { PROBLEM_TYPE, Problem, type ProblemCode } from '../../wire/problem.ts'
import type { Random } from './random.ts'
import { hasEffect, type RelayFault, type Weather } from './weather.ts'

const HTML = { 'content-type': 'text/html' }
const PAGE = '<!doctype html><title>Welcome</title><p>Please log in to use this network.'
const LONGEST_DELAY_MS = 1500

function problem(response: ServerResponse, code: ProblemCode, headers: OutgoingHttpHeaders = {}): void {
  const { status } = new Problem(code, '')
  const document = new Problem(code, 'the weather is bad').document('r1')
  response.writeHead(status, { 'content-type': PROBLEM_TYPE, ...headers }).end(JSON.stringify(document))
}

const BEFORE: Partial<Record<RelayFault, (response: ServerResponse) => void>> = {
  cut: ({ socket }) => void socket?.destroy(),
  hang: () => {},
  internal: (response) => problem(response, 'internal'),
  unavailable: (response) => problem(response, 'unavailable', { 'retry-after': '1' }),
  bad_gateway: (response) => void response.writeHead(502, HTML).end(PAGE),
  throttled: (response) =>
    void response.writeHead(429, { 'content-type': 'application/json' }).end('{"message":"Too Many Requests"}'),
  throttled_until: (response) => problem(response, 'push_rate_exceeded', { 'retry-after': '1' }),
  page: (response) => void response.writeHead(200, HTML).end(PAGE),
  portal: (response) => void response.writeHead(403, HTML).end(PAGE),
  moved: (response) => void response.writeHead(302, { location: 'http://portal.test/' }).end(),
  noise: ({ socket }) => void socket?.end(Buffer.from([0, 255, 10, 13, 10, 200, 13, 10, 13, 10])),
}

type Written = { status: number; headers: OutgoingHttpHeaders; body: string }

const AFTER: Partial<Record<RelayFault, (response: ServerResponse, written: Written) => void>> = {
  slow: (response, { status, headers, body }) => void response.writeHead(status, headers).end(body),
  cut_after: ({ socket }) => void socket?.destroy(),
  hang_after: () => {},
  bad_gateway_after: (response) => void response.writeHead(502, HTML).end(PAGE),
  page_after: (response) => void response.writeHead(200, HTML).end(PAGE),
  half: (response, { status, headers, body }) => {
    response.writeHead(status, { ...headers, 'content-length': body.length + 2 })
    response.write(body.slice(0, body.length / 2), () => response.socket?.destroy())
  },
}

/** A response that the relay writes and the client does not get. */
function caught(taken: (written: Written) => void): ServerResponse {
  const written: Written = { status: 0, headers: {}, body: '' }
  const response = {
    headersSent: false,
    writeHead(status: number, headers: OutgoingHttpHeaders) {
      Object.assign(written, { status, headers })
      return response
    },
    end: (body = '') => taken({ ...written, body }),
  }
  return response as unknown as ServerResponse
}

type Relay = { emit: (event: 'request', request: IncomingMessage, response: ServerResponse) => void }
/** Told of each request as it arrives, and of what is to become of it. */
type Arrived = (request: IncomingMessage, fault: RelayFault | undefined, delayMs: number) => void

/** The relay behind all that can go wrong before and after it. */
export async function startFront(port: number, relay: Relay, weather: () => Weather, random: Random, arrived: Arrived) {
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { share, faults } = weather().relay
    const fault = random.chance(share) ? random.pick(faults) : undefined
    const delayMs = fault === 'slow' ? random.between(50, LONGEST_DELAY_MS) : 0
    arrived(request, fault, delayMs)
    if (!hasEffect(fault)) request.resume()
    if (fault === undefined) return relay.emit('request', request, response)
    const before = BEFORE[fault]
    if (before) return before(response)
    if (delayMs > 0) await sleep(delayMs)
    relay.emit(
      'request',
      request,
      caught((written) => AFTER[fault]?.(response, written)),
    )
  }
  const server = createServer((request, response) => void serve(request, response))

  /** Nothing listens, and what was connected is cut. */
  async function leave(): Promise<void> {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
  }
  async function comeBack(): Promise<void> {
    if (server.listening) return
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await comeBack()
  return { leave, comeBack, cutAll: () => server.closeAllConnections() }
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PROBLEMS, Problem, type ProblemCode, type ProblemExtras } from '../../wire/problem.ts'
import { methodsOf } from '../../wire/routes.ts'
import { publicKeyFrom, SignatureRefused, verifyRequest } from '../../wire/signature.ts'
import { callUuid } from '../../wire/uuid.ts'
import { keyId, publicKey } from './keys.ts'
import { keysFate } from './stub-keys.ts'

/** `signedBy`: the id of the key, nothing for a request without a signature. */
export type Received = {
  signedBy?: string | undefined
  method: string
  path: string
  query: string
  body: Record<string, unknown>
}

/** What the stub answers: a status with JSON or text, or nothing at all. */
export type Fate = { status: number; body?: object | string; headers?: Record<string, string> } | 'hang' | 'close'

const at = '2026-01-01T00:00:00.000Z'

export const problem = (code: ProblemCode, extras: ProblemExtras = {}, headers = {}): Fate => ({
  status: PROBLEMS[code].status,
  body: new Problem(code, 'said by the stub', { extras }).document('r1'),
  headers: { 'content-type': 'application/problem+json', ...headers },
})

/** What a relay would answer where all is well and every extension has one iPhone, `phone-1`. */
export function wellFate({ method, path, body }: Received): Fate {
  const delivery = { deviceId: 'phone-1', platform: 'ios', outcome: 'accepted', messageId: 'm1', at }
  const deliveries = [delivery]
  const callId = String(body.callId ?? path.split('/').at(-1))
  const call = { callId, uuid: callUuid('hq', callId), expiresAt: at }
  if (path === '/v1/health') return { status: 200, body: { status: 'ok', version: '1', time: at } }
  if (path === '/v1/calls') return { status: 202, body: { ...call, devices: 1, deliveries } }
  if (path === '/v1/messages') return { status: 202, body: { messageId: body.messageId, devices: 1, deliveries } }
  if (path === '/v1/wakes') return { status: 202, body: { recorded: (body.wakes as unknown[]).length } }
  if (path.startsWith('/v1/calls/') && method === 'GET') {
    const step = { step: 'woke', at, deviceId: 'phone-1' }
    const device = { deviceId: 'phone-1', platform: 'ios', outcome: 'accepted', wakeMs: 12, unknown: [] }
    return { status: 200, body: { ...call, to: '1001', devices: [device], steps: [step] } }
  }
  if (path.startsWith('/v1/calls/')) {
    return { status: 202, body: { callId, reason: 'declined', known: true, devices: 1, deliveries } }
  }
  if (method === 'DELETE') return { status: 204 }
  const [, , , extension, , deviceId] = path.split('/')
  return { status: 200, body: { extension, deviceId, ...body, updatedAt: at } }
}

const UNSIGNED = ['/v1/health', '/v1/enrolments']

async function receive(request: IncomingMessage, keys: ReadonlyMap<string, string>): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const raw = Buffer.concat(chunks)
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const method = request.method ?? ''
  const signed = { method, authority: request.headers.host ?? '', path, query, body: raw }
  let signedBy: string | undefined
  if (!UNSIGNED.includes(path) || request.headers.signature) {
    const publicKey = async (id: string) => {
      const known = id.startsWith('hq/') ? keys.get(id.slice(3)) : undefined
      return known === undefined ? undefined : publicKeyFrom(known)
    }
    const name = await verifyRequest(signed, request.headers as Record<string, string>, { now: Date.now(), publicKey })
    signedBy = name.slice(3)
  }
  return { signedBy, method, path, query, body: raw.length > 0 ? JSON.parse(raw.toString()) : {} }
}

/**
 * A relay that checks every signature and whose fate a test may choose. `received` has all but health requests, `keys`
 * what it accepts of the PBX `hq`: ids and public keys.
 */
export async function startStubRelay(port = 0) {
  const keys = new Map([[keyId, publicKey]])
  const well = (received: Received): Fate => keysFate(received, keys) ?? wellFate(received)
  const stub = { keys, well, received: [] as Received[], fate: well as (received: Received) => Fate | Promise<Fate> }

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const received = await receive(request, keys)
    if (!methodsOf(received.path).includes(received.method)) throw new Error(`no route ${received.method} ${received.path}`)
    if (received.path !== '/v1/health') stub.received.push(received)
    const fate = received.path === '/v1/health' ? wellFate(received) : await stub.fate(received)
    if (fate === 'hang') return
    if (fate === 'close') return request.socket.destroy()
    const text = typeof fate.body === 'string' ? fate.body : JSON.stringify(fate.body ?? '')
    response.writeHead(fate.status, { 'content-type': 'application/json', ...fate.headers })
    response.end(fate.status === 204 ? undefined : text)
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      const refused = error instanceof SignatureRefused
      response.writeHead(refused ? 401 : 500, { 'content-type': 'application/problem+json' })
      const document = new Problem('signature_refused', 'refused', { extras: { time: new Date().toISOString() } }).document('r1')
      response.end(refused ? JSON.stringify(document) : String(error))
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo

  const to = (method: string, start: string) =>
    stub.received.filter(({ method: is, path }) => is === method && path.startsWith(start))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return Object.assign(stub, { server, url: `http://127.0.0.1:${address.port}`, port: address.port, to, close })
}

export type StubRelay = Awaited<ReturnType<typeof startStubRelay>>

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { json } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { createStubCore, type StubCore } from './stub-core.ts'

export type Asked = { method: string; path: string; query: Record<string, string>; body: unknown }

/**
 * A status in the place of an answer, with what Asterisk says or another body; `stall` is an answer that never ends. Each
 * refuses a WebSocket.
 */
export type Fate = { status: number; body?: string } | 'hang' | 'stall' | 'close' | undefined

type Answer = { status: number; body?: unknown }
const done: Answer = { status: 204 }
const ok = (body: unknown): Answer => ({ status: 200, body })
const no = (status: number, message: string): Answer => ({ status, body: { message } })

type Parts = { id: string; asked: Asked; core: StubCore; stub: { version: string } }
type Route = [method: string, path: RegExp, answer: (parts: Parts) => Answer]

/** For what only a channel in Stasis() can be asked. */
const inStasis =
  (then: (parts: Parts) => unknown) =>
  (parts: Parts): Answer => {
    const channel = parts.core.channels.get(parts.id)
    if (!channel) return no(404, 'Channel not found')
    if (channel.dialplan.app_name !== 'Stasis') return no(409, 'Channel not in Stasis application')
    then(parts)
    return done
  }

function setVariables({ id, asked, core }: Parts): Answer {
  const channel = core.channels.get(id)
  if (!channel) return no(404, 'Channel not found')
  const { variable = '', value = '' } = asked.query
  const names = /^ARRAY\((.*)\)$/.exec(variable)?.[1]?.split(',') ?? [variable]
  const values = names.length > 1 ? value.split(',') : [value]
  names.forEach((name, i) => {
    channel.variables[name] = values[i] ?? ''
  })
  return done
}

function getVariable({ id, asked, core }: Parts): Answer {
  const channel = core.channels.get(id)
  if (!channel) return no(404, 'Channel not found')
  const { variable = '' } = asked.query
  const [, endpoint] = /^PJSIP_DIAL_CONTACTS\((.*)\)$/.exec(variable) ?? []
  if (endpoint === undefined) {
    const value = channel.variables[variable]
    return value === undefined ? no(404, 'Provided variable was not found') : ok({ value })
  }
  const contacts = core.contacts.get(endpoint)
  if (!contacts) return no(500, 'Unable to read provided function')
  return ok({ value: contacts.map((uri) => `PJSIP/${endpoint}/${uri}`).join('&') })
}

function originate({ id, asked, core }: Parts): Answer {
  if (core.channels.has(id)) return no(409, 'Channel with given unique ID already exists')
  const { app = '', originator } = asked.query
  if (originator !== undefined && !core.channels.has(originator)) return no(400, 'Provided originator channel was not found')
  const { variables } = asked.body as { variables: Record<string, string> }
  return ok(core.addLeg(id, app, asked.query, variables))
}

function hangUp({ id, asked, core }: Parts): Answer {
  if (!core.channels.has(id)) return no(404, 'Channel not found')
  core.end(id, asked.query.reason === 'answered_elsewhere' ? 26 : 16)
  return done
}

const application = (known: boolean): Answer => (known ? ok({}) : no(404, 'Application not found'))

function filter({ id, asked, core }: Parts): Answer {
  const { allowed } = asked.body as { allowed: { type: string }[] }
  return application(core.change(id, { allowed: allowed.map(({ type }) => type) }))
}

const ROUTES: Route[] = [
  ['GET', /^\/asterisk\/info$/, ({ stub }) => ok({ build: {}, system: { version: stub.version, entity_id: 'stub' } })],
  ['GET', /^\/applications\/([^/]+)$/, ({ id, core }) => application(core.apps.has(id))],
  ['POST', /^\/applications\/([^/]+)\/subscription$/, ({ id, core }) => application(core.change(id, { subscribed: true }))],
  ['DELETE', /^\/applications\/([^/]+)\/subscription$/, ({ id, core }) => application(core.change(id, { subscribed: false }))],
  ['PUT', /^\/applications\/([^/]+)\/eventFilter$/, filter],
  ['GET', /^\/channels$/, ({ core }) => ok([...core.channels.values()])],
  ['POST', /^\/channels\/([^/]+)\/(?:ring|moh|progress)$/, inStasis(() => {})],
  ['POST', /^\/channels\/([^/]+)\/continue$/, inStasis(({ id, core }) => core.goOn(id))],
  ['GET', /^\/channels\/([^/]+)\/variable$/, getVariable],
  ['POST', /^\/channels\/([^/]+)\/variable$/, setVariables],
  ['POST', /^\/channels\/([^/]+)$/, originate],
  ['DELETE', /^\/channels\/([^/]+)$/, hangUp],
  ['POST', /^\/events\/user\/([^/]+)$/, ({ id, asked, core }) => application(core.userEvent(id, asked.query.application ?? ''))],
]

async function read(request: IncomingMessage): Promise<Asked> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://stub')
  const body = Number(request.headers['content-length']) > 0 ? await json(request) : undefined
  return { method: request.method ?? '', path: pathname, query: Object.fromEntries(searchParams), body }
}

const USER = { username: 'wakecall', password: 'of the stub' }
const AUTHORIZATION = `Basic ${Buffer.from(`${USER.username}:${USER.password}`).toString('base64')}`

/**
 * An Asterisk as ARI shows it, as measured on 22.10: HTTP and WebSocket, and channels that do what a test says. `asked` has
 * every request, `fate` chooses what becomes of one.
 */
export async function startStubAri() {
  const core = createStubCore()
  const stub = Object.assign(core, {
    version: '22.10.1',
    readOnly: false,
    asked: [] as Asked[],
    fate: (_: Asked): Fate | Promise<Fate> => undefined,
    /** Connections of HTTP that were ever opened. */
    connections: 0,
  })

  function answerTo(asked: Asked): Answer {
    if (stub.readOnly && asked.method !== 'GET') return no(403, 'Write access denied')
    for (const [method, path, answer] of ROUTES) {
      const [matched, id = ''] = path.exec(asked.path.replace(/^\/ari/, '')) ?? []
      if (method === asked.method && matched !== undefined) return answer({ id: decodeURIComponent(id), asked, core, stub })
    }
    return no(404, 'Resource not found')
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await read(request)
    stub.asked.push(asked)
    const fate = await stub.fate(asked)
    if (fate === 'hang') return
    if (fate === 'close') return void request.socket.destroy()
    if (fate === 'stall') return void response.writeHead(200, { 'content-length': 9 }).write('{')
    const known = request.headers.authorization === AUTHORIZATION
    const { status, body } = fate ?? (known ? answerTo(asked) : no(401, 'Authentication required'))
    const words = typeof body === 'string' ? body : JSON.stringify(body ?? { message: 'said by the stub' })
    response.writeHead(status).end(status === 204 ? undefined : words)
  }
  const server = createServer((request, response) => void serve(request, response))
  server.on('connection', () => {
    stub.connections += 1
  })
  const sockets = new WebSocketServer({ noServer: true })
  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const asked = await read(request)
    stub.asked.push(asked)
    const fate = await stub.fate(asked)
    const known = request.headers.authorization === AUTHORIZATION && asked.path === '/ari/events'
    if (fate !== undefined || !known) return void socket.end('HTTP/1.1 401 No\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (opened: WebSocket) => core.connect(asked.query.app ?? '', opened))
  }
  server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  function cut(): void {
    for (const socket of sockets.clients) socket.terminate()
  }
  onTestFinished(async () => {
    cut()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`
  const to = (method: string, path: RegExp) => stub.asked.filter((asked) => asked.method === method && path.test(asked.path))
  return Object.assign(stub, {
    place: { ...USER, url, application: 'wakecall' },
    /** The connections of events end without a word. */
    cut,
    /** How many are open. */
    open: () => sockets.clients.size,
    to,
    /** How often a caller was sent on with the dialplan. */
    continued: (id: string) => to('POST', new RegExp(`/${id}/continue$`)).length,
  })
}

export type StubAri = Awaited<ReturnType<typeof startStubAri>>

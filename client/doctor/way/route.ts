import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, getCACertificates, type TLSSocket } from 'node:tls'

/** The way to the relay: through `proxy` if there is one, whose addresses these are then. */
export type Route = { relay: URL; proxy: URL | undefined; addresses: string[]; caFile: string | undefined }

/** For each leg of the way: the chain of them stays under ten seconds. */
const LEG_MS = 2_500

export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')
const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80))
/** Host and port; the address of a proxy may hold a password. */
export const placeOf = (url: URL): string => `${url.hostname}:${portOf(url)}`

/** What was given up fails once more when its socket closes: nobody waits for it then. */
const ended = () => {}

/** Rejects after `LEG_MS`; then, or when `opening` fails, `socket` is closed. */
async function inTime<T>(socket: Socket, opening: (signal: AbortSignal) => Promise<T>): Promise<T> {
  socket.on('error', ended)
  try {
    return await opening(AbortSignal.timeout(LEG_MS))
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** What a failure of the network is called: `ECONNREFUSED`, `timeout` or the like. */
export function reasonOf(error: unknown): string {
  const { code, name, message, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] }
  if (errors?.[0]) return reasonOf(errors[0])
  return code === 'ABORT_ERR' || name === 'AbortError' ? 'timeout' : (code ?? message)
}

/** A TCP connection to the first stop: the proxy, or else the relay. */
export function dial({ relay, proxy, addresses }: Route): Promise<Socket> {
  const first = proxy ?? relay
  const known = addresses.map((address) => ({ address, family: isIP(address) }))
  const lookup: LookupFunction = (_host, _options, answer) => answer(null, known)
  const socket = connect({ host: hostOf(first), port: portOf(first), lookup, autoSelectFamilyAttemptTimeout: 800 })
  return inTime(socket, async (signal) => {
    await once(socket, 'connect', { signal })
    return socket
  })
}

export class ProxyRefused extends Error {
  readonly status: number

  constructor(status: number) {
    super(`the proxy answered ${status}`)
    this.status = status
  }
}

/** A connection to the relay itself. Throws `ProxyRefused` if the proxy does not pass it on. */
export async function reach(route: Route): Promise<Socket> {
  const { proxy, relay } = route
  const socket = await dial(route)
  if (!proxy) return socket
  const login = Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')
  const headers = { host: placeOf(relay), ...(proxy.username && { 'proxy-authorization': `Basic ${login}` }) }
  return inTime(socket, async (signal) => {
    const asked = request({ createConnection: () => socket, method: 'CONNECT', path: placeOf(relay), headers }).end()
    asked.on('error', ended)
    const [{ statusCode = 0 }] = (await once(asked, 'connect', { signal })) as [IncomingMessage]
    if (statusCode !== 200) throw new ProxyRefused(statusCode)
    return socket
  })
}

const usual = () => getCACertificates('default')
const withFile = (caFile: string | undefined) => [...usual(), ...(caFile === undefined ? [] : [readFileSync(caFile, 'utf8')])]

/** A TLS connection, whoever signed the certificate: `authorizationError` of it says whether the usual authorities did, and those of `caFile`. */
export async function secure(
  { relay, caFile }: Route,
  socket: Socket,
  trusting: 'usual' | 'caFile',
  greeting: ConnectionOptions = {},
): Promise<TLSSocket> {
  const host = hostOf(relay)
  const ca = trusting === 'usual' ? usual() : withFile(caFile)
  const servername = isIP(host) === 0 ? { servername: host } : { host }
  const tls = connectTls({ socket, ...servername, ...greeting, ca, rejectUnauthorized: false })
  return inTime(tls, async (signal) => {
    await once(tls, 'secureConnect', { signal })
    return tls
  })
}

export type Seen = { status: number; date: string | undefined; localAddress: string | undefined }

/** `GET /v1/health` over a connection of its own. */
export async function ask(route: Route, headers: Record<string, string> = {}): Promise<Seen> {
  const tcp = await reach(route)
  const socket = route.relay.protocol === 'https:' ? await secure(route, tcp, 'caFile') : tcp
  const { localAddress } = tcp
  return inTime(socket, async (signal) => {
    const host = { host: route.relay.host, connection: 'close', ...headers }
    const asked = request({ createConnection: () => socket, path: '/v1/health', headers: host }).end()
    asked.on('error', ended)
    const [response] = (await once(asked, 'response', { signal })) as [IncomingMessage]
    socket.destroy()
    return { status: response.statusCode ?? 0, date: response.headers.date, localAddress }
  })
}

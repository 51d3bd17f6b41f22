import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Names } from './names.ts'
import { hostOf, portOf } from './place.ts'
import { reportTo } from './report.ts'

/** A proxy that does not open the way. `status`: of its answer to CONNECT, if it gave one; else `cause` says why not. */
export class ProxyFailed extends Error {
  readonly status: number | undefined

  constructor(status: number | undefined, cause?: unknown) {
    super('the proxy does not open the way', { cause })
    this.name = 'ProxyFailed'
    this.status = status
  }
}

const TUNNEL_MS = 5_000

function credentials({ username, password }: URL): Record<string, string> {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return username ? { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` } : {}
}

/** The status of the answer to CONNECT (RFC 9110, 9.3.6). */
async function ask(socket: Socket, proxy: URL, target: string, signal: AbortSignal): Promise<number> {
  await once(socket, 'connect', { signal })
  const headers = { host: target, ...credentials(proxy) }
  const asked = request({ createConnection: () => socket, method: 'CONNECT', path: target, headers }).end()
  // What is given up fails once more when its socket closes.
  asked.on('error', () => {})
  const [{ statusCode = 0 }] = (await once(asked, 'connect', { signal })) as [IncomingMessage]
  return statusCode
}

/** A connection to `target` (host:port) through an HTTP proxy. Throws `ProxyFailed`, after 5 s or `closed` too. */
export async function openTunnel(proxy: URL, target: string, names: Names, closed: AbortSignal): Promise<Socket> {
  const host = hostOf(proxy)
  const socket = connect({ host, port: portOf(proxy), lookup: names.lookup })
  const report = reportTo(names, host, socket)
  let status: number | undefined
  try {
    status = await ask(socket, proxy, target, AbortSignal.any([closed, AbortSignal.timeout(TUNNEL_MS)]))
    report(true)
  } catch (error) {
    socket.on('error', () => {}).destroy()
    throw new ProxyFailed(undefined, error)
  }
  if (status === 200) return socket
  socket.destroy()
  throw new ProxyFailed(status)
}

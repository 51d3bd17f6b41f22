import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Logger } from 'pino'
import { type ClientInvite, createClient } from './client.ts'
import { type Headers, parseSip, type SipResponse } from './message.ts'
import { createServer, type ServerHandlers } from './server.ts'

export type { ServerInvite } from './server.ts'
export type SipHandlers = ServerHandlers

export type SipEndpoint = {
  /** `host:port` */
  address: string
  request: (method: string, uri: string, headers: Headers, withinMs: number) => Promise<SipResponse>
  invite: (uri: string, headers: Headers) => ClientInvite
  close: () => Promise<void>
}

type Place = { host: string; port: number }

/** A burst of calls, while this process does something else. */
const BUFFER_BYTES = 4 * 1024 * 1024

const textOf = ({ host, port }: Place): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

/** A SIP user agent (RFC 3261) for one peer on loopback UDP; nobody else is listened to. Rejects if `listen` is taken. */
export async function openSip(options: { listen: Place; peer: Place; handlers: SipHandlers; log: Logger }): Promise<SipEndpoint> {
  const { listen, peer, handlers, log } = options
  const socket = createSocket(listen.host.includes(':') ? 'udp6' : 'udp4')
  socket.bind(listen.port, listen.host)
  await once(socket, 'listening')
  socket.setRecvBufferSize(BUFFER_BYTES)
  const address = textOf({ host: listen.host, port: socket.address().port })

  let closed = false
  const send = (text: string) => {
    if (!closed) socket.send(text, peer.port, peer.host)
  }
  const server = createServer(handlers, send)
  const client = createClient(address, send)

  socket.on('message', (bytes, from) => {
    if (from.port !== peer.port || from.address !== peer.host) return
    const message = parseSip(bytes.toString())
    if (message === undefined) return
    try {
      if ('status' in message) client.receive(message)
      else server(message)
    } catch (err) {
      log.error({ err }, 'a SIP message is not handled')
    }
  })
  // Nobody listens there: Kamailio is not running, which the heartbeat says.
  socket.on('error', (err) => log.debug({ err }, 'SIP socket'))

  return {
    address,
    request: client.request,
    invite: client.invite,
    async close(): Promise<void> {
      closed = true
      const ended = once(socket, 'close')
      socket.close()
      await ended
    },
  }
}

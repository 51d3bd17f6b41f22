import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

export type Transport = 'UDP' | 'TCP' | 'TLS' | 'WS'

/** Where the gateway listens for each. */
export const GATEWAY = { host: '127.0.0.1', port: 5060, tlsPort: 5061 }

/** How a user agent reaches the gateway. `sentBy`: what it says in its Via; `place`: where it says in its Contact that it is. */
export type Link = { sentBy: string; place: string; send: (text: string) => void; close: () => Promise<void> }
type OnMessage = (text: string) => void

async function overUdp(host: string, port: number, onMessage: OnMessage): Promise<Link> {
  const socket = createSocket('udp4')
  socket.bind(port, host)
  await once(socket, 'listening')
  socket.setRecvBufferSize(4 * 1024 * 1024)
  socket.on('message', (bytes) => onMessage(bytes.toString()))
  const address = `${host}:${socket.address().port}`
  return {
    sentBy: address,
    place: address,
    send: (text) => socket.send(text, GATEWAY.port, GATEWAY.host),
    async close(): Promise<void> {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

const LENGTH = /^content-length\s*:\s*(\d+)/im

/** Cuts a stream into messages by their Content-Length (RFC 3261, 18.3). */
function framed(onMessage: OnMessage): (chunk: Buffer) => void {
  let text = ''
  return (chunk) => {
    text += chunk
    for (;;) {
      text = text.replace(/^(\r\n)+/, '')
      const head = text.indexOf('\r\n\r\n') + 4
      const end = head + Number(LENGTH.exec(text.slice(0, head))?.[1] ?? 0)
      if (head < 4 || text.length < end) return
      onMessage(text.slice(0, end))
      text = text.slice(end)
    }
  }
}

async function overStream(host: string, transport: 'TCP' | 'TLS', onMessage: OnMessage): Promise<Link> {
  const options = { host: GATEWAY.host, localAddress: host, rejectUnauthorized: false }
  const socket: Socket =
    transport === 'TLS' ? connectTls({ ...options, port: GATEWAY.tlsPort }) : connectTcp({ ...options, port: GATEWAY.port })
  await once(socket, transport === 'TLS' ? 'secureConnect' : 'connect')
  socket.on('data', framed(onMessage)).on('error', () => {})
  const address = `${host}:${socket.localPort}`
  return {
    sentBy: address,
    place: `${address};transport=${transport.toLowerCase()}`,
    send: (text) => void socket.write(text),
    async close(): Promise<void> {
      if (socket.closed) return
      const closed = once(socket, 'close')
      socket.end()
      await closed
    },
  }
}

async function overWebSocket(host: string, onMessage: OnMessage): Promise<Link> {
  const socket = new WebSocket(`ws://${GATEWAY.host}:${GATEWAY.port}`, 'sip', { localAddress: host })
  await once(socket, 'open')
  socket.on('message', (bytes) => onMessage(String(bytes))).on('error', () => {})
  // A browser does not know its own address (RFC 7118, 5).
  const name = `${host.replaceAll('.', '-')}.invalid`
  return {
    sentBy: name,
    place: `${name};transport=ws`,
    send: (text) => socket.send(text),
    async close(): Promise<void> {
      if (socket.readyState === WebSocket.CLOSED) return
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

/** `port`: of UDP; 0 takes a free one. */
export function openLink(transport: Transport, host: string, port: number, onMessage: OnMessage): Promise<Link> {
  if (transport === 'UDP') return overUdp(host, port, onMessage)
  return transport === 'WS' ? overWebSocket(host, onMessage) : overStream(host, transport, onMessage)
}

/** Listens where a phone was, as it said in its Contact, and counts who comes. `visit` is somebody. */
export async function squat(place: string) {
  const [host = '', port = ''] = place.replace(/;.*/, '').split(':')
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  server.listen(Number(port), host)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return {
    connections: () => connections,
    visit: () => once(connectTcp(Number(port), host), 'close'),
  }
}

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import {
  formatSip,
  type Headers,
  headerOf,
  parseSip,
  responseTo,
  type SipRequest,
  type SipResponse,
} from '../../../pbx/kamailio/sip/message.ts'

export type Received<M> = M & { at: number }

export const GATEWAY = { host: '127.0.0.1', port: 5060 }

let count = 0
/** Unique in a run. */
export const fresh = (prefix: string): string => {
  count += 1
  return `${prefix}${process.pid}${count}`
}

/** A user agent on the loopback, message by message: nothing is repeated or answered by itself. */
export async function openUa(
  host: string,
  onRequest: (request: SipRequest) => void,
  { port = 0, onResponse }: { port?: number; onResponse?: (response: Received<SipResponse>) => void } = {},
) {
  const socket = createSocket('udp4')
  socket.bind(port, host)
  await once(socket, 'listening')
  socket.setRecvBufferSize(4 * 1024 * 1024)
  const address = `${host}:${socket.address().port}`
  const requests: Received<SipRequest>[] = []
  const responses: Received<SipResponse>[] = []

  socket.on('message', (bytes) => {
    const message = parseSip(bytes.toString())
    if (!message) return
    const at = performance.now()
    if ('status' in message) {
      const response = { ...message, at }
      responses.push(response)
      onResponse?.(response)
    } else {
      requests.push({ ...message, at })
      onRequest(message)
    }
  })

  const send = (text: string) => socket.send(text, GATEWAY.port, GATEWAY.host)

  return {
    address,
    requests,
    responses,
    /** Sends a request; what is not given is made. */
    request(method: string, uri: string, headers: Headers): void {
      const given = new Set(headers.map(([name]) => name.toLowerCase()))
      const own = [
        ['Via', `SIP/2.0/UDP ${address};branch=z9hG4bK${fresh('b')};rport`],
        ['Max-Forwards', '70'],
        ['From', `<sip:ua@${address}>;tag=${fresh('t')}`],
        ['To', `<${uri}>`],
        ['Call-ID', fresh('c')],
        ['CSeq', `1 ${method}`],
      ] as const
      const all = [...own.filter(([name]) => !given.has(name.toLowerCase())), ...headers]
      send(formatSip({ method, uri, headers: all, body: '' }))
    },
    respond(request: SipRequest, status: number, reason: string, headers: Headers = []): void {
      send(formatSip(responseTo(request, status, reason, { tag: `tag-${address}`, headers })))
    },
    async close(): Promise<void> {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

export const methodOf = (response: SipResponse): string => headerOf(response, 'CSeq')?.split(' ')[1] ?? ''

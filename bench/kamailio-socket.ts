import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { formatSip, parseSip, type SipRequest, type SipResponse } from '../pbx/kamailio/sip/message.ts'

export type Place = { host: string; port: number }
export type SipSocket = Awaited<ReturnType<typeof openSocket>>

type Handlers = {
  /** `at`: when it came, of `performance.now()`. */
  onRequest: (request: SipRequest, at: number, from: Place) => void
  onResponse: (response: SipResponse, at: number) => void
}

const RETRANSMIT_MS = 500
/** Hundreds of messages may come at once. */
const BUFFER = 4 * 1024 * 1024

/** A socket of user agents on the loopback. */
export async function openSocket(host: string, { onRequest, onResponse }: Handlers) {
  const socket = createSocket('udp4')
  socket.bind(5060, host)
  await once(socket, 'listening')
  socket.setRecvBufferSize(BUFFER)
  socket.setSendBufferSize(BUFFER)
  const insisting = new Map<string, NodeJS.Timeout>()

  socket.on('message', (bytes, { address, port }) => {
    const at = performance.now()
    const message = parseSip(bytes.toString())
    if (message === undefined) return
    if ('status' in message) onResponse(message, at)
    else onRequest(message, at, { host: address, port })
  })

  const send = (message: SipRequest | SipResponse, { host, port }: Place) => socket.send(formatSip(message), port, host)

  return {
    host,
    send,
    /** Sends it every 500 ms until it is `heard` of. */
    insist(key: string, message: SipRequest | SipResponse, to: Place): void {
      const timer = setInterval(() => send(message, to), RETRANSMIT_MS)
      insisting.set(key, timer)
      send(message, to)
    },
    heard(key: string): void {
      clearInterval(insisting.get(key))
      insisting.delete(key)
    },
  }
}

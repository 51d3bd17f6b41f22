import { WebSocket } from 'ws'
import { type AriPlace, authorizationOf } from './rest.ts'

/** `closed` resolves when no event comes any more, whoever ended it. */
export type EventStream = { closed: Promise<void>; close: () => void }

const [OPENS_WITHIN_MS, CLOSES_WITHIN_MS] = [5_000, 500]
/** A connection that is cut without a word is noticed after two of these. */
const PING_EVERY_MS = 3_000

/** The WebSocket of an application's events. Rejects if Asterisk does not open it; its `status`, if it said one, is HTTP's. */
export async function openStream(place: AriPlace, onText: (text: string) => void): Promise<EventStream> {
  const url = new URL(`${place.url.replace(/\/$/, '')}/events`)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('app', place.application)
  const socket = new WebSocket(url, {
    headers: { authorization: authorizationOf(place) },
    handshakeTimeout: OPENS_WITHIN_MS,
    perMessageDeflate: false,
  })
  const opened = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  let alive = true
  const ping = setInterval(() => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  }, PING_EVERY_MS)
  socket.on('open', () => opened.resolve())
  socket.on('pong', () => {
    alive = true
  })
  socket.on('message', (data) => onText(String(data)))
  socket.on('error', (error) => opened.reject(error))
  socket.on('close', () => {
    clearInterval(ping)
    opened.reject(new Error('closed before it was open'))
    closed.resolve()
  })
  await opened.promise
  return {
    closed: closed.promise,
    close() {
      socket.close()
      setTimeout(() => socket.terminate(), CLOSES_WITHIN_MS).unref()
    },
  }
}

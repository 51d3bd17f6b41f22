import { once } from 'node:events'
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { PeerCertificate } from 'node:tls'
import { type SignatureHeaders, type SignedParts, signRequest } from '../../wire/signature.ts'
import type { Clock } from '../clock.ts'
import { idOf } from '../keys/key-file.ts'
import type { Settings } from '../load-settings.ts'
import { createAgent } from '../net/agent.ts'
import { failureText } from '../net/failure.ts'
import type { Names } from '../net/names.ts'
import { PnsProblem } from '../problem.ts'
import { createConnections } from './connections.ts'

/** `certificate`: of who answered, where it was to be seen. */
export type RelayResponse = {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  certificate?: PeerCertificate | undefined
}
export type RelayMessage = Pick<SignedParts, 'method' | 'path' | 'query'> & { body: string }
type Identity = Pick<Settings, 'pbx' | 'key'>
/** Where the relay is, and who asks: nobody yet while a PBX enrols. */
export type RelaySettings = Pick<Settings, 'relay'> &
  Partial<Pick<Settings, 'alternateRelay' | 'network'>> &
  (Identity | { key?: never })

function signerOf({ pbx, key }: Identity, clock: Clock): (parts: SignedParts) => SignatureHeaders {
  const keyId = `${pbx}/${idOf(key)}`
  return (parts) => signRequest(parts, key, keyId, Math.floor(clock.wall() / 1000))
}

/** `names`: closed with the transport. */
type Parts = { closedIdle?: (idleMs: number) => void; names: Names }

/** Whether it may be the relay's: every answer of it that says something is JSON. */
const isJson = ({ statusCode, headers }: IncomingMessage): boolean =>
  statusCode === 204 || /\bjson\b/.test(headers['content-type'] ?? '')

/** No answer of a relay is as long. */
const LONGEST_ANSWER = 1024 * 1024

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LONGEST_ANSWER) throw nonsense('is longer than any of a relay')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const nonsense = (why: string, cause?: unknown) =>
  new PnsProblem(
    'relay_answered_nonsense',
    `The answer ${why}: a proxy or captive portal on the way, or a wrong address.`,
    {},
    cause,
  )

/**
 * Requests over kept-alive connections, signed if there is a key. Fails with `relay_unreachable`, `relay_slow` or
 * `relay_answered_nonsense`, nothing else. `closedIdle` is told when the far side closed a connection that was not in use.
 */
export function createTransport(settings: RelaySettings, clock: Clock, { closedIdle = () => {}, names }: Parts) {
  const url = new URL(settings.relay)
  const { origin, host, protocol } = url
  const sign = settings.key ? signerOf(settings, clock) : () => ({})
  const { request } = protocol === 'https:' ? https : http
  const { agent, judge, certificate, close } = createAgent(url, settings.network ?? {}, names)
  const connections = createConnections(clock, closedIdle)
  let open = true

  async function exchange(message: RelayMessage, signal: AbortSignal, onSent: () => void): Promise<RelayResponse> {
    const { method, path, query, body } = message
    const bytes = Buffer.from(body)
    const signature = sign({ method, authority: host, path, query, body: bytes })
    const type = body ? { 'content-type': 'application/json' } : {}
    const headers = { ...signature, ...type, accept: 'application/json', 'content-length': bytes.length }
    const sent = request(`${origin}${path}${query && `?${query}`}`, { method, headers, agent, signal })
      .once('finish', onSent)
      .end(bytes)
    const taken = connections.take(sent)
    const response = await answerTo(sent, signal).catch((error) => {
      if (!open || signal.aborted || !taken.wasClosed(error)) throw error
    })
    // Closed while nobody used it. There are only so many such connections, and a new one is not retried.
    if (!response) return exchange(message, signal, onSent)
    const { socket } = response
    const text = await readText(response)
    taken.leave(response)
    judge(socket, isJson(response))
    return { status: response.statusCode ?? 0, headers: response.headers, text, certificate: certificate() }
  }

  /** `overtaken` ends it too, as if the time was up. */
  async function send(message: RelayMessage, timeoutMs: number, overtaken?: AbortSignal): Promise<RelayResponse> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeoutMs)
    let isSent = false
    const onSent = () => {
      isSent = true
    }
    const signal = overtaken ? AbortSignal.any([late.signal, overtaken]) : late.signal
    try {
      return await exchange(message, signal, onSent)
    } catch (cause) {
      if (cause instanceof PnsProblem) throw cause
      if (signal.aborted && (isSent || overtaken?.aborted))
        throw new PnsProblem('relay_slow', `The relay at ${host} did not answer in time.`, {}, cause)
      const { code = '' } = cause as NodeJS.ErrnoException
      if (code.startsWith('HPE_')) throw nonsense(`of ${host} is not HTTP (${code})`, cause)
      throw new PnsProblem(
        'relay_unreachable',
        failureText(host, signal.aborted ? { code: 'ETIMEDOUT' } : cause, certificate()),
        {},
        cause,
      )
    } finally {
      clearTimeout(timer)
    }
  }

  function closeAll(): void {
    open = false
    close()
  }

  return { send, names: names.state, close: closeAll }
}

/** A request that has no connection yet does not end when it is aborted: nobody waits for it then, nor for its error. */
async function answerTo(sent: ClientRequest, signal: AbortSignal): Promise<IncomingMessage> {
  sent.on('error', () => {})
  const [response] = await once(sent, 'response', { signal })
  return response
}

import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { type SignatureHeaders, type SignedParts, signRequest } from '../../wire/signature.ts'
import type { Clock } from '../clock.ts'
import { idOf } from '../keys/key-file.ts'
import type { Settings } from '../load-settings.ts'
import { PnsProblem } from '../problem.ts'

export type RelayResponse = { status: number; headers: Record<string, string | string[] | undefined>; text: string }
export type RelayMessage = Pick<SignedParts, 'method' | 'path' | 'query'> & { body: string }
type Identity = Pick<Settings, 'pbx' | 'key'>
/** Where the relay is, and who asks: nobody yet while a PBX enrols. */
export type RelaySettings = Pick<Settings, 'relay'> & (Identity | { key?: never })

function signerOf({ pbx, key }: Identity, clock: Clock): (parts: SignedParts) => SignatureHeaders {
  const keyId = `${pbx}/${idOf(key)}`
  return (parts) => signRequest(parts, key, keyId, Math.floor(clock.wall() / 1000))
}

/** Requests over kept-alive connections, signed if there is a key. Fails with `relay_unreachable` or `relay_slow`, nothing else. */
export function createTransport(settings: RelaySettings, clock: Clock) {
  const { origin, host, protocol } = new URL(settings.relay)
  const sign = settings.key ? signerOf(settings, clock) : () => ({})
  const { Agent, request } = protocol === 'https:' ? https : http
  // The connection used last is the warmest.
  const agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' })

  async function exchange({ method, path, query, body }: RelayMessage, signal: AbortSignal): Promise<RelayResponse> {
    const bytes = Buffer.from(body)
    const signature = sign({ method, authority: host, path, query, body: bytes })
    const type = body ? { 'content-type': 'application/json' } : {}
    const headers = { ...signature, ...type, accept: 'application/json', 'content-length': bytes.length }
    const sent = request(`${origin}${path}${query && `?${query}`}`, { method, headers, agent, signal }).end(bytes)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) }
  }

  async function send(message: RelayMessage, timeoutMs: number): Promise<RelayResponse> {
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), timeoutMs)
    try {
      return await exchange(message, abort.signal)
    } catch (cause) {
      if (abort.signal.aborted) throw new PnsProblem('relay_slow', `The relay at ${host} did not answer in time.`, {}, cause)
      const { code, message } = cause as NodeJS.ErrnoException
      throw new PnsProblem('relay_unreachable', `The relay at ${host} cannot be reached: ${code ?? message}.`, {}, cause)
    } finally {
      clearTimeout(timer)
    }
  }

  return { send, close: () => agent.destroy() }
}

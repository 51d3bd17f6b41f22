import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { type SignedParts, signRequest } from '../../wire/signature.ts'
import type { Clock } from '../clock.ts'
import type { Settings } from '../load-settings.ts'
import { PnsProblem } from '../problem.ts'

export type RelayResponse = { status: number; headers: Record<string, string | string[] | undefined>; text: string }
export type RelayMessage = Pick<SignedParts, 'method' | 'path' | 'query'> & { body: string }
export type RelaySettings = Pick<Settings, 'relay' | 'pbx' | 'keyId' | 'key'>

/** Signed requests over kept-alive connections. Fails with `relay_unreachable` or `relay_slow`, nothing else. */
export function createTransport({ relay, pbx, keyId, key }: RelaySettings, clock: Clock) {
  const { origin, host, protocol } = new URL(relay)
  const { Agent, request } = protocol === 'https:' ? https : http
  // The connection used last is the warmest.
  const agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo' })

  async function exchange({ method, path, query, body }: RelayMessage, signal: AbortSignal): Promise<RelayResponse> {
    const bytes = Buffer.from(body)
    const created = Math.floor(clock.wall() / 1000)
    const signature = signRequest({ method, authority: host, path, query, body: bytes }, key, `${pbx}/${keyId}`, created)
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

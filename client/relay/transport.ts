import { Pool } from 'undici'
import { type SignedParts, signRequest } from '../../wire/signature.ts'
import type { Clock } from '../clock.ts'
import type { Settings } from '../load-settings.ts'
import { PnsProblem } from '../problem.ts'

export type RelayResponse = { status: number; headers: Record<string, string | string[] | undefined>; text: string }
export type RelayMessage = Pick<SignedParts, 'method' | 'path' | 'query'> & { body: string }
export type RelaySettings = Pick<Settings, 'relay' | 'pbx' | 'keyId' | 'key'>

/** API Gateway closes an idle connection after some minutes; ours are kept, and kept warm, until then. */
const IDLE_MS = 300_000

/** Signed requests over kept-alive connections. Fails with `relay_unreachable` or `relay_slow`, nothing else. */
export function createTransport({ relay, pbx, keyId, key }: RelaySettings, clock: Clock) {
  const { origin, host } = new URL(relay)
  const pool = new Pool(origin, { connections: 64, keepAliveTimeout: IDLE_MS, connect: { timeout: 1500 } })

  async function exchange({ method, path, query, body }: RelayMessage, signal: AbortSignal): Promise<RelayResponse> {
    const bytes = Buffer.from(body)
    const created = Math.floor(clock.wall() / 1000)
    const signature = signRequest({ method, authority: host, path, query, body: bytes }, key, `${pbx}/${keyId}`, created)
    const response = await pool.request({
      method: method as 'GET',
      path: query ? `${path}?${query}` : path,
      headers: { ...signature, accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      body: body ? bytes : null,
      signal,
    })
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() }
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

  return { send, close: () => pool.destroy() }
}

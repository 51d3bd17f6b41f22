import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import * as v from 'valibot'
import { parseListen } from '../listen.ts'
import type { SettingsFile } from '../settings.ts'

/** What the doctor reads of the PNS's `GET /health`. */
const Health = v.object({
  version: v.string(),
  pid: v.optional(v.number()),
  devices: v.number(),
  names: v.optional(v.array(v.object({ host: v.string(), ageSeconds: v.number(), stale: v.boolean() })), []),
  outbox: v.object({
    waiting: v.number(),
    parked: v.number(),
    oldestSeconds: v.optional(v.nullable(v.number())),
    refusals: v.optional(v.record(v.string(), v.number())),
  }),
})
export type Health = v.InferOutput<typeof Health>

/** `down`: nobody listens. `stranger`: what answers is no PNS. `locked`: it wants another localToken. */
export type PnsState = { is: 'up'; health: Health } | { is: 'down' } | { is: 'stranger' } | { is: 'locked' } | { is: 'silent' }

const ANSWERS_WITHIN_MS = 2_000
const TRACE_WITHIN_MS = 6_000

/** Where the PNS of these settings listens. */
export function doorOf({ listen }: Pick<SettingsFile, 'listen'>): { host: string; port: number } | { socketPath: string } {
  if (listen.startsWith('unix:')) return { socketPath: listen.slice('unix:'.length) }
  return parseListen(listen) ?? { host: '127.0.0.1', port: 7460 }
}

export type Asked = Pick<SettingsFile, 'listen' | 'localToken'>

/** Throws what the connection says, or `ABORT_ERR` after the time. */
export async function askPns(settings: Asked, path: string, ms = TRACE_WITHIN_MS): Promise<{ status: number; body: unknown }> {
  const token = settings.localToken ?? process.env.WAKECALL_LOCAL_TOKEN
  const headers = { host: 'localhost', ...(token !== undefined && { authorization: `Bearer ${token}` }) }
  const signal = AbortSignal.timeout(ms)
  const sent = request({ ...doorOf(settings), path, headers, signal, agent: false }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, body: jsonOf(await text(response)) }
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

export async function stateOfPns(settings: Asked, withinMs = ANSWERS_WITHIN_MS): Promise<PnsState> {
  try {
    const { status, body } = await askPns(settings, '/health', withinMs)
    const health = v.safeParse(Health, body)
    if (health.success) return { is: 'up', health: health.output }
    const code = (body as { code?: unknown } | undefined)?.code
    return { is: status === 401 && code === 'token_required' ? 'locked' : 'stranger' }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return { is: 'down' }
    return { is: code === 'ABORT_ERR' ? 'silent' : 'stranger' }
  }
}

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { request as requestTls } from 'node:https'
import { text } from 'node:stream/consumers'
import { socketPathOf } from '../listen.ts'
import { CommandFailed } from './command.ts'
import { type Place, placeOf, type Told } from './place.ts'

type Question = { method: 'GET' | 'POST'; path: string; params?: Record<string, unknown> }

type Said = { title?: string; code?: string; detail?: string }

/** Longer than any answer takes: phones ring for two minutes at most. */
const ANSWERS_WITHIN_MS = 150_000

/** Nobody listens there. */
const DOWN = ['ECONNREFUSED', 'ENOENT']

/**
 * Asks the running PNS, at `http://address:port` or `unix:/path/of/its.sock`; without a place, where its settings say. Throws
 * `CommandFailed`.
 */
export async function ask<T>(told: Told, question: Question, token?: string): Promise<T> {
  const place = token === undefined ? placeOf(told) : { ...placeOf(told), token }
  const { status, body } = await exchange(place, question)
  const answer = read(body)
  if (!answer) throw new CommandFailed(1, `What answers at ${place.pns} is not a PNS.`)
  if (status >= 300) throw new CommandFailed(1, `${answer.title} (${answer.code}). ${nextOf(answer)}`)
  return answer as T
}

const nextOf = ({ code, detail }: Said): string | undefined =>
  code === 'token_required' ? 'Set WAKECALL_LOCAL_TOKEN to the localToken of its settings, or name these with --config.' : detail

/** Whether `ask` failed because no PNS runs there. */
export const isDown = (error: unknown): boolean =>
  DOWN.includes(((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? '')

async function exchange(place: Place, { method, path, params }: Question): Promise<{ status: number; body: string }> {
  const { open, ...where } = doorOf(place.pns, path)
  const body = params ? JSON.stringify(params) : ''
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(place.token && { authorization: `Bearer ${place.token}` }),
  }
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS)
  try {
    const sent = open({ ...where, method, headers, signal, agent: false }).end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, body: await text(response) }
  } catch (cause) {
    throw new CommandFailed(3, refusalOf(place.pns, (cause as NodeJS.ErrnoException).code ?? ''), cause)
  }
}

function doorOf(pns: string, path: string) {
  const socketPath = socketPathOf(pns)
  if (socketPath !== undefined) return { open: request, socketPath, path }
  const url = URL.parse(path, pns)
  if (!url?.protocol.startsWith('http')) {
    throw new CommandFailed(2, '--pns must be an address like http://127.0.0.1:7460 or unix:/run/wakecall/pns.sock.')
  }
  const { protocol, hostname, port } = url
  const host = hostname.replace(/^\[|\]$/g, '')
  return { open: protocol === 'https:' ? requestTls : request, host, port, path: url.pathname + url.search }
}

function refusalOf(pns: string, code: string): string {
  if (DOWN.includes(code)) return `No PNS is running at ${pns}. Start it with \`wakecall serve\`, or name another with --pns.`
  if (code === 'EACCES') return `This user may not use ${pns}: run this as root, or as a member of the group of that file.`
  if (code.startsWith('HPE_')) return `What answers at ${pns} is not a PNS.`
  return `The PNS at ${pns} did not answer (${code}): is the address right? \`wakecall doctor\` finds out.`
}

function read(body: string): Said | undefined {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

import * as v from 'valibot'
import { PROBLEMS, type ProblemCode } from '../../wire/problem.ts'
import { ROUTES, type RouteName, type Routes } from '../../wire/routes.ts'
import { MAX_AGE_SECONDS, MAX_AHEAD_SECONDS } from '../../wire/signature.ts'
import { PnsProblem } from '../problem.ts'
import type { RelayResponse } from './transport.ts'

export type AnswerOf<N extends RouteName> = Routes[N] extends { answer: infer S extends v.GenericSchema }
  ? v.InferOutput<S>
  : undefined

const ProblemAnswer = v.object({
  code: v.picklist(Object.keys(PROBLEMS) as ProblemCode[]),
  status: v.number(),
  detail: v.string(),
  time: v.optional(v.string()),
  storedVersion: v.optional(v.number()),
  removed: v.optional(v.boolean()),
})
type ProblemAnswer = v.InferOutput<typeof ProblemAnswer>

/** The relay's answer, checked against its schema; anything else as the problem that it is for the PBX. `now`: wall clock. */
export function answerOf<N extends RouteName>(name: N, response: RelayResponse, now: number): AnswerOf<N> {
  const route: { status: number; answer?: v.GenericSchema } = ROUTES[name]
  if (response.status === route.status) {
    if (!route.answer) return undefined as AnswerOf<N>
    const result = v.safeParse(route.answer, readJson(response.text))
    if (result.success) return result.output as AnswerOf<N>
    throw nonsense(response)
  }
  const problem = v.safeParse(ProblemAnswer, readJson(response.text))
  throw failureOf(response, problem.success ? problem.output : undefined, now)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Status 429 and 5xx count without a problem document too: API Gateway sends its own. */
function failureOf(response: RelayResponse, problem: ProblemAnswer | undefined, now: number): PnsProblem {
  const { status } = response
  const relay = { status, code: problem?.code ?? 'none', detail: problem?.detail ?? '' }
  if (status === 429) {
    const seconds = Number(response.headers['retry-after'] ?? Number.NaN)
    const wait = seconds >= 0 ? { retryAfterSeconds: seconds } : {}
    return new PnsProblem('push_rate_exceeded', problem?.detail ?? 'The relay is throttling.', { relay, ...wait })
  }
  if (status >= 500) return new PnsProblem('relay_failed', `The relay answered ${status}.`, { relay })
  if (!problem || problem.status !== status) return nonsense(response)
  if (problem.code === 'signature_refused') return refusedSignature(problem.time, now)
  if (problem.code === 'call_not_found') return new PnsProblem('call_not_found', problem.detail)
  const { storedVersion, removed } = problem
  const stored = { ...(storedVersion && { storedVersion }), ...(removed && { removed }) }
  return new PnsProblem('relay_refused', problem.detail, { relay: { ...relay, ...stored } })
}

/** The relay says one thing for every refusal, and its time: that tells a wrong clock from a wrong key. */
function refusedSignature(time: string | undefined, now: number): PnsProblem {
  const skew = now - Date.parse(time ?? '')
  const accepted = skew <= MAX_AHEAD_SECONDS * 1000 && skew >= -MAX_AGE_SECONDS * 1000
  if (accepted || Number.isNaN(skew)) {
    return new PnsProblem('key_refused', 'The relay does not know the key of this PBX: compare pbx and keyFile with what it has.')
  }
  const seconds = Math.round(Math.abs(skew) / 1000)
  const side = skew > 0 ? 'ahead of' : 'behind'
  return new PnsProblem('clock_skewed', `The clock of this machine is ${seconds} s ${side} the relay's: set it, best by NTP.`)
}

function nonsense({ status, headers }: RelayResponse): PnsProblem {
  const type = headers['content-type'] ?? 'no content type'
  const detail = `The answer (status ${status}, ${type}) is not the relay's: a proxy or captive portal on the way, or a wrong address.`
  return new PnsProblem('relay_answered_nonsense', detail)
}

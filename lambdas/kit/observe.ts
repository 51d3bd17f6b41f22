import type { Clock } from '../../core/clock.ts'
import { EnrolmentRefused } from '../../core/enrol.ts'
import { PROBLEM_TYPE, Problem } from '../../wire/problem.ts'
import { SignatureRefused } from '../../wire/signature.ts'
import type { Log } from './log.ts'
import type { HttpEvent, HttpResult, Middleware, State } from './request.ts'

/**
 * The outermost middleware: every request leaves one log line with its metrics, every error becomes a problem document
 * (RFC 9457). What was not meant for the caller is logged whole and answered as `internal` or `unavailable`.
 */
export function observe(log: Log, clock: Clock): Middleware {
  let cold = true
  function finish(event: HttpEvent, state: State, response: HttpResult, outcome = 'ok', refusal?: string) {
    const { requestId } = event.requestContext
    const { startedAt, name = 'unknown', pbx, fields, metrics: measured } = state
    response.headers = { ...response.headers, 'cache-control': 'no-store', 'x-request-id': requestId }
    const values = { Latency: clock.now() - startedAt, ...(cold && { ColdStarts: 1 }), ...measured }
    const line = { requestId, pbx: pbx?.id, status: response.statusCode, refusal, ...fields }
    log.measured({ kind: 'request', dimensions: { route: name, outcome }, values }, line)
    cold = false
  }

  return {
    before({ context }) {
      context.wakecall = { startedAt: clock.now() }
    },
    after({ event, context, response }) {
      if (response) finish(event, context.wakecall, response)
    },
    onError(request) {
      const { event, context, error } = request
      const { requestId } = event.requestContext
      const problem = error instanceof Problem ? error : hide(error)
      if (problem.status >= 500) log.error(problem.code, problem.cause ?? problem, { requestId })
      request.response = {
        statusCode: problem.status,
        headers: { 'content-type': PROBLEM_TYPE, ...problem.headers },
        body: JSON.stringify(problem.document(requestId)),
      }
      finish(event, context.wakecall, request.response, problem.code, refusalOf(problem.cause))
    },
  }
}

const refusalOf = (cause: unknown): string | undefined =>
  cause instanceof SignatureRefused || cause instanceof EnrolmentRefused ? cause.reason : undefined

/** An error of AWS's SDK carries `$metadata`: DynamoDB or SNS could not be reached or refused us, and may again soon. */
function hide(cause: unknown): Problem {
  const fromAws = typeof cause === 'object' && cause !== null && '$metadata' in cause
  return fromAws
    ? new Problem('unavailable', 'Repeat the request; it is safe to repeat.', { cause, headers: { 'retry-after': '1' } })
    : new Problem('internal', 'The relay failed; its log has the details under this requestId.', { cause })
}

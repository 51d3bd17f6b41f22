/** Problem details (RFC 9457) of the virtual phones, in the form of the PNS's own. */
import type { ServerResponse } from 'node:http'
import { PROBLEM_TYPE } from '../../../wire/problem.ts'

const STAGE_PROBLEMS = {
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_request: { status: 400, title: 'The parameters are not what this route takes' },
  browser_refused: { status: 403, title: 'Requests of web pages are refused' },
  not_found: { status: 404, title: 'There is no such route' },
  phone_not_found: { status: 404, title: 'There is no such virtual phone' },
  method_not_allowed: { status: 405, title: 'This route does not have this method' },
  name_taken: { status: 409, title: 'A virtual phone has this name' },
  wrong_state: { status: 409, title: 'The phone cannot do this now' },
  payload_too_large: { status: 413, title: 'The body is larger than 16 KiB' },
  internal: { status: 500, title: 'The virtual phones failed' },
  pns_refused: { status: 502, title: 'The PNS did not do it' },
  pns_away: { status: 502, title: 'The PNS does not answer' },
} as const satisfies Record<string, { status: number; title: string }>

type StageProblemCode = keyof typeof STAGE_PROBLEMS

type StageProblemOptions = { allow?: string; cause?: unknown }

/** An error that may be shown to the caller. Its `cause` may not. `allow`: the method that a route has. */
export class StageProblem extends Error {
  readonly code: StageProblemCode
  readonly allow: string | undefined

  constructor(code: StageProblemCode, detail: string, { allow, cause }: StageProblemOptions = {}) {
    super(detail, { cause })
    this.name = 'StageProblem'
    this.code = code
    this.allow = allow
  }
}

/** Answers with a problem; what is none of ours says nothing of itself. */
export function refuse(response: ServerResponse, error: unknown): void {
  const problem =
    error instanceof StageProblem ? error : new StageProblem('internal', 'End npm start, and start it again.', { cause: error })
  const { code, message: detail, allow } = problem
  const { status, title } = STAGE_PROBLEMS[code]
  response.writeHead(status, {
    'content-type': PROBLEM_TYPE,
    ...(allow !== undefined && { allow }),
    ...(code === 'payload_too_large' && { connection: 'close' }),
  })
  response.end(`${JSON.stringify({ type: `urn:wakecall:problem:${code}`, code, title, status, detail })}\n`)
}

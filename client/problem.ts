/** Problem details (RFC 9457) of the PNS, in the form of the relay's (wire/problem.ts) with codes of its own. */
import type { FieldError } from '../wire/problem.ts'

const PNS_PROBLEMS = {
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_request: { status: 400, title: 'The parameters are not what this route takes' },
  missing_parameter: { status: 400, title: 'A parameter is missing' },
  token_required: { status: 401, title: 'The local token is missing or wrong' },
  browser_refused: { status: 403, title: 'Requests of web pages are refused' },
  console_refused: { status: 403, title: 'The settings do not let the console do this' },
  not_found: { status: 404, title: 'There is no such route' },
  call_not_found: { status: 404, title: 'No call with this callId is known' },
  device_not_found: { status: 404, title: 'No such device is registered' },
  method_not_allowed: { status: 405, title: 'This route does not have this method' },
  payload_too_large: { status: 413, title: 'The body is larger than 16 KiB' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON or form-encoded' },
  relay_refused: { status: 422, title: 'The relay refused the request' },
  settings_refused: { status: 422, title: 'The settings have errors; the old ones stay' },
  too_many_viewers: { status: 503, title: 'Too many pages watch this PNS' },
  push_rate_exceeded: { status: 429, title: 'The PBX has used up its quota at the relay' },
  internal: { status: 500, title: 'The PNS failed' },
  relay_answered_nonsense: { status: 502, title: 'Something that is not the relay answered in its place' },
  relay_failed: { status: 502, title: 'The relay failed' },
  clock_skewed: { status: 502, title: 'The clock of this machine is wrong' },
  key_refused: { status: 502, title: 'The relay does not know the key of this PBX' },
  relay_away: { status: 503, title: 'The relay is known to be away' },
  relay_unreachable: { status: 503, title: 'The relay cannot be reached' },
  relay_slow: { status: 504, title: 'The relay did not answer in time' },
  storage_failed: { status: 500, title: 'The PNS cannot store anything' },
  disk_full: { status: 507, title: 'The disk is full' },
} as const satisfies Record<string, { status: number; title: string }>

export type PnsProblemCode = keyof typeof PNS_PROBLEMS

/** What the relay itself said, when it said no. */
type RelayVerdict = { status: number; code: string; detail: string; storedVersion?: number; removed?: boolean }

export const titleOf = (code: PnsProblemCode): string => PNS_PROBLEMS[code].title

/** Members beside the standard ones. */
export type PnsProblemExtras = {
  errors?: FieldError[]
  relay?: RelayVerdict
  allow?: readonly string[]
  retryAfterSeconds?: number
}

/** An error that may be shown to the caller. Its `cause` goes to the log only. */
export class PnsProblem extends Error {
  readonly code: PnsProblemCode
  readonly extras: PnsProblemExtras

  constructor(code: PnsProblemCode, detail: string, extras: PnsProblemExtras = {}, cause?: unknown) {
    super(detail, { cause })
    this.name = 'PnsProblem'
    this.code = code
    this.extras = extras
  }

  get status(): number {
    return PNS_PROBLEMS[this.code].status
  }

  document(requestId: string) {
    const { status, title } = PNS_PROBLEMS[this.code]
    const type = `urn:wakecall:pns:problem:${this.code}`
    return { type, code: this.code, title, status, detail: this.message, requestId, ...this.extras }
  }
}

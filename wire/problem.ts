/**
 * Problem details (RFC 9457). One table: code → status → title. A code is part of the contract and never changes its
 * meaning; `detail` is for people and may.
 */
export const PROBLEMS = {
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_request: { status: 400, title: 'The request does not fit its schema' },
  signature_refused: { status: 401, title: 'The signature was refused' },
  enrolment_refused: { status: 403, title: 'The enrolment code was refused' },
  not_found: { status: 404, title: 'There is no such route' },
  call_not_found: { status: 404, title: 'No call with this callId is known' },
  method_not_allowed: { status: 405, title: 'This route does not have this method' },
  id_conflict: { status: 409, title: 'This callId or messageId is in use for another extension' },
  key_in_use: { status: 409, title: 'The key signs this request' },
  too_many_keys: { status: 409, title: 'The PBX has as many keys as it may' },
  stale_version: { status: 409, title: 'A newer version of this device is stored' },
  payload_too_large: { status: 413, title: 'The body is larger than 16 KiB' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  unknown_app: { status: 422, title: 'The relay has no such mobile app' },
  token_refused: { status: 422, title: 'SNS refused the device token' },
  push_rate_exceeded: { status: 429, title: 'The PBX has used up its pushes of this minute' },
  device_quota_exceeded: { status: 429, title: 'The PBX has registered as many devices as it may' },
  internal: { status: 500, title: 'The relay failed' },
  unavailable: { status: 503, title: 'The relay cannot reach its database or SNS' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEMS

/** Where in the request (a JSON pointer, RFC 6901, from the body, or `/path/…` and `/query/…`) and what is wrong there. */
export type FieldError = { pointer: string; message: string }

/**
 * Members beside the standard ones: `errors` of a schema, the relay's `time` at a 401, `storedVersion` at a 409, `removed` if that
 * version is a removal. */
export type ProblemExtras = { errors?: FieldError[]; time?: string; storedVersion?: number; removed?: true; allow?: string[] }

export type ProblemDocument = {
  type: string
  code: ProblemCode
  title: string
  status: number
  detail: string
  requestId: string
} & ProblemExtras

/** An error that may be shown to the caller. Its `cause` may not: it goes to the log only. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly extras: ProblemExtras
  readonly headers: Record<string, string>

  constructor(
    code: ProblemCode,
    detail: string,
    options: { extras?: ProblemExtras; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.extras = options.extras ?? {}
    this.headers = options.headers ?? {}
  }

  get status(): number {
    return PROBLEMS[this.code].status
  }

  document(requestId: string): ProblemDocument {
    const { status, title } = PROBLEMS[this.code]
    return {
      type: `urn:wakecall:problem:${this.code}`,
      code: this.code,
      title,
      status,
      detail: this.message,
      requestId,
      ...this.extras,
    }
  }
}

export const PROBLEM_TYPE = 'application/problem+json'

/** SNS's error codes as they are on the wire, with their HTTP status (service model 2010-03-31, and AWS's common errors). */
const STATUSES = {
  AuthorizationError: 403,
  EndpointDisabled: 400,
  InternalError: 500,
  InvalidAction: 400,
  InvalidParameter: 400,
  NotFound: 404,
  ParameterValueInvalid: 400,
  PlatformApplicationDisabled: 400,
  Throttled: 429,
} as const

export type SnsErrorCode = keyof typeof STATUSES

/** An error that SNS answers; the SDK makes of `InvalidParameter` an `InvalidParameterException`, and so on. */
export class SnsError extends Error {
  readonly code: SnsErrorCode
  readonly status: number

  constructor(code: SnsErrorCode, message: string) {
    super(message)
    this.name = 'SnsError'
    this.code = code
    this.status = STATUSES[code]
  }
}

/** `Invalid parameter: <parameter> Reason: <reason>`, the form of most of SNS's refusals. */
export const invalid = (parameter: string, reason: string): SnsError =>
  new SnsError('InvalidParameter', `Invalid parameter: ${parameter} Reason: ${reason}`)

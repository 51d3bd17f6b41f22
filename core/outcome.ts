/** What a publish came to: closed, so that every caller decides every case. */
export type Outcome =
  | { kind: 'accepted'; messageId: string }
  | { kind: 'gone'; reason: string }
  | { kind: 'retry'; reason: string }
  | { kind: 'rejected'; reason: string }

/** What the relay does about it, by kind. */
export const ACTIONS = {
  accepted: 'remember the message id: the delivery-status log knows the push by it',
  gone: 'remove the device, unless it registered again meanwhile',
  retry: 'try again with jittered back-off while the ring window and the lease last',
  rejected: 'say so in the answer and count it: payload, credentials or permissions are ours to mend',
} as const satisfies Record<Outcome['kind'], string>

/** An error of SNS as the rules see it: the SDK's `name` without its suffix `Exception`, message and HTTP status. */
export type SnsError = { name: string; message: string; status?: number | undefined }

type Row = { error: string; message?: RegExp; kind: Exclude<Outcome['kind'], 'accepted'>; reason: string }

/**
 * SNS error → outcome, the first row that fits. Sources: the errors of `Publish`
 * (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html), the common errors of AWS's query APIs, and what real
 * accounts answered: a deleted endpoint is an `InvalidParameter` there and a `NotFound` in emulators.
 */
export const SNS_ERRORS: readonly Row[] = [
  { error: 'EndpointDisabled', kind: 'gone', reason: 'endpoint_disabled' },
  { error: 'NotFound', kind: 'gone', reason: 'endpoint_deleted' },
  { error: 'InvalidParameter', message: /No endpoint found for the target arn/i, kind: 'gone', reason: 'endpoint_deleted' },
  { error: 'InvalidParameter', message: /too long|larger than allowed/i, kind: 'rejected', reason: 'payload_too_large' },
  { error: 'InvalidParameter', kind: 'rejected', reason: 'invalid_parameter' },
  { error: 'InvalidParameterValue', kind: 'rejected', reason: 'invalid_parameter' },
  { error: 'ValidationError', kind: 'rejected', reason: 'invalid_parameter' },
  { error: 'PlatformApplicationDisabled', kind: 'rejected', reason: 'platform_application_disabled' },
  { error: 'AuthorizationError', kind: 'rejected', reason: 'not_authorized' },
  { error: 'AccessDenied', kind: 'rejected', reason: 'not_authorized' },
  { error: 'InvalidSecurity', kind: 'rejected', reason: 'not_authorized' },
  { error: 'Throttled', kind: 'retry', reason: 'throttled' },
  { error: 'Throttling', kind: 'retry', reason: 'throttled' },
  { error: 'TooManyRequests', kind: 'retry', reason: 'throttled' },
  { error: 'RequestLimitExceeded', kind: 'retry', reason: 'throttled' },
  { error: 'KMSThrottling', kind: 'retry', reason: 'throttled' },
  { error: 'InternalError', kind: 'retry', reason: 'sns_failed' },
  { error: 'ServiceUnavailable', kind: 'retry', reason: 'sns_failed' },
  { error: 'TimeoutError', kind: 'retry', reason: 'sns_slow' },
  { error: 'AbortError', kind: 'retry', reason: 'sns_slow' },
]

/** An error that no row names: 429 is a throttle, another 4xx is ours to mend, everything else (5xx, a lost connection) may pass. */
export function outcomeOf({ name, message, status }: SnsError): Outcome {
  const error = name.replace(/Exception$/, '')
  const row = SNS_ERRORS.find((row) => row.error === error && (row.message?.test(message) ?? true))
  if (row) return { kind: row.kind, reason: row.reason }
  if (status === 429) return { kind: 'retry', reason: 'throttled' }
  return status !== undefined && status >= 400 && status < 500
    ? { kind: 'rejected', reason: 'unexpected_refusal' }
    : { kind: 'retry', reason: 'sns_unreachable' }
}

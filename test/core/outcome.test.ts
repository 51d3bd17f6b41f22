import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIONS, outcomeOf, SNS_ERRORS } from '../../core/outcome.ts'

/** Words that fit a row's pattern: its first alternative. */
const wordsFor = (message: RegExp | undefined): string => message?.source.split('|')[0] ?? 'Something else'

describe('every row of the table decides', () => {
  test.each(SNS_ERRORS)('$error $message → $kind, $reason', ({ error, message, kind, reason }) => {
    const words = wordsFor(message)
    for (const name of [error, `${error}Exception`]) {
      for (const status of [400, 500, undefined]) {
        expect(outcomeOf({ name, message: words, status })).toEqual({ kind, reason })
      }
    }
  })

  test('each leads to an action', () => {
    expect(SNS_ERRORS.filter(({ kind }) => !ACTIONS[kind])).toEqual([])
  })
})

/** What SNS was seen to answer, and what has to become of it. */
const SEEN: [name: string, status: number | undefined, message: string, kind: string][] = [
  ['EndpointDisabledException', 400, 'Endpoint is disabled', 'gone'],
  [
    'InvalidParameterException',
    400,
    'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
    'gone',
  ],
  ['NotFoundException', 404, 'Endpoint does not exist', 'gone'],
  ['InvalidParameterException', 400, 'Invalid parameter: Message Reason: Notification is too long', 'rejected'],
  ['InvalidParameterException', 400, 'Notification data is larger than allowed limit', 'rejected'],
  ['InvalidParameterException', 400, 'Invalid parameter: TTL Reason: not a number', 'rejected'],
  ['InvalidParameterValueException', 400, 'The message attribute is invalid', 'rejected'],
  ['PlatformApplicationDisabledException', 400, 'Platform application is disabled', 'rejected'],
  ['AuthorizationErrorException', 403, 'User is not authorized to perform: SNS:Publish', 'rejected'],
  ['ThrottledException', 429, 'Rate exceeded', 'retry'],
  ['Throttling', 400, 'Rate exceeded', 'retry'],
  ['InternalErrorException', 500, 'Internal failure', 'retry'],
  ['ServiceUnavailable', 503, 'Service Unavailable', 'retry'],
  ['TimeoutError', undefined, 'Request timed out', 'retry'],
  ['AbortError', undefined, 'Request aborted', 'retry'],
  ['SomethingNewException', 400, 'A refusal of next year', 'rejected'],
  ['SomethingNewException', 403, 'A refusal of next year', 'rejected'],
  ['SomethingNewException', 500, 'A failure of next year', 'retry'],
  ['UnknownError', 429, 'Too Many Requests', 'retry'],
  ['Error', undefined, 'read ECONNRESET', 'retry'],
  ['Error', undefined, 'connect ECONNREFUSED', 'retry'],
  ['Error', undefined, 'getaddrinfo EAI_AGAIN sns.eu-west-1.amazonaws.com', 'retry'],
]

describe('what SNS was seen to answer', () => {
  test.each(SEEN)('%s %s "%s" → %s', (name, status, message, kind) => {
    expect(outcomeOf({ name, message, status }).kind).toBe(kind)
  })
})

test('a refusal that names an endpoint in other words is not taken for a dead one', () => {
  const message = 'Invalid parameter: Message Reason: the endpoint has no such attribute'
  expect(outcomeOf({ name: 'InvalidParameterException', message, status: 400 }).kind).toBe('rejected')
})

test('no error whatever, known or not, is taken for an accepted push, and none makes the rules throw', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
      (name, message, status) => {
        expect(['gone', 'retry', 'rejected']).toContain(outcomeOf({ name, message, status }).kind)
      },
    ),
  )
})

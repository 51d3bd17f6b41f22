/** A call in words, for the console and the terminal. */
import type { CancelReason } from '../wire/calls.ts'
import type { DeliveryOutcome } from '../wire/delivery.ts'
import { type CallDevice, type CallRecord, type CallState, ringingOf, stateOf } from './call-record.ts'
import { titleOf } from './problem.ts'

const STATES: Record<CallState, string> = {
  asked: 'asking',
  failed: 'not pushed',
  nobody: 'no device',
  refused: 'no push accepted',
  pushed: 'pushed',
  woke: 'woke',
  answered: 'answered',
  cancelled: 'cancelled',
}

const OUTCOMES: Record<DeliveryOutcome, string> = {
  accepted: 'pushed',
  gone: 'app gone',
  retry: 'SNS failed',
  rejected: 'refused',
  skipped: 'skipped',
  expired: 'too late',
}

export const PROVIDERS = { ios: 'Apple', android: 'Google' } as const

/** `840 ms`, `1.2 s`, `12 s`. */
export const showMs = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`

const CANCEL_WORDS: Record<string, string> = {
  answered_elsewhere: 'a phone answered',
  caller_hung_up: 'the caller hung up',
  declined: 'declined',
  timed_out: 'nobody answered',
} satisfies Record<CancelReason, string>

/** Why a call was cancelled. */
export const cancelWords = (reason = ''): string => CANCEL_WORDS[reason] ?? reason

/** `now`: ms since 1970. */
export function stateWords(call: CallRecord, now: number): string {
  const state = stateOf(call)
  const words = state === 'cancelled' ? cancelWords(call.cancelled?.reason) : STATES[state]
  return ringingOf(call, now) === 'missed' ? `${words}, not answered` : words
}

/** Why a call was not pushed, if so. */
export const failureWords = ({ failed }: CallRecord): string | undefined => failed && titleOf(failed.code)

/** The last that is known of a device; why, where it was not pushed to. */
export function deviceWords({ platform, outcome, reason, refused, steps: { answered, woke } }: CallDevice): string {
  if (answered !== undefined) return `answered ${showMs(answered)}`
  if (woke !== undefined) return `woke ${showMs(woke)}`
  if (refused !== undefined) return `refused by ${PROVIDERS[platform]} (${refused})`
  return reason === undefined ? OUTCOMES[outcome] : `${OUTCOMES[outcome]} (${reason})`
}

import { createHash } from 'node:crypto'
import { is } from 'valibot'
import { CallId } from '../../wire/fields.ts'
import type { HeldCallFacts } from './held-call.ts'
import { parseAddress, userOf } from './sip/address.ts'
import { headerOf, type SipRequest } from './sip/message.ts'

/** Sixty-four visible characters are what a push takes. */
const PUSHABLE = /^[\x21-\x7e]{1,64}$/

/** The name of the call at the PNS and in the push: a longer one than they take is hashed. */
function callIdOf(told: string): string {
  return is(CallId, told) ? told : createHash('sha256').update(told).digest('hex')
}

function callerOf(request: SipRequest): HeldCallFacts['from'] {
  const from = parseAddress(headerOf(request, 'From') ?? '')
  const number = from && userOf(from.uri)
  const isHidden = /\b(?:id|user|full)\b/.test(headerOf(request, 'Privacy')?.toLowerCase() ?? '')
  if (isHidden || number === undefined || !PUSHABLE.test(number)) return { number: 'anonymous' }
  return { number, name: from?.name || undefined }
}

/** What a held INVITE says of its call; `undefined` if it is for no user. */
export function factsOf(request: SipRequest): HeldCallFacts | undefined {
  const extension = userOf(request.uri)
  const sipCallId = headerOf(request, 'Call-ID')
  if (!extension || !sipCallId) return undefined
  const callId = callIdOf(headerOf(request, 'X-Wakecall-Call-Id') ?? `${sipCallId}-${extension}`)
  return { extension, sipCallId, callId, from: callerOf(request) }
}

/** Whether a CANCEL says that a phone has answered, and not that the caller hung up (RFC 3326). */
export const isAnsweredElsewhere = (cancel: SipRequest): boolean => /\bcause=200\b/.test(headerOf(cancel, 'Reason') ?? '')

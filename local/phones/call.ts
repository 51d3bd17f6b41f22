import type { Caller } from '../../wire/fields.ts'
import type { SightKind } from './history.ts'

/** Where a phone stands with one call. A phone that knows nothing of the call is `locked`; `ended` is one that it declined or hung up. */
export type CallState = 'locked' | 'waking' | 'ringing' | 'talking' | 'ended' | 'cancelled' | 'expired'

/** A call as one phone has it. `at`: when its first push came, in ms since 1970. A cancel may come before its call: it names no caller. */
export type PhoneCall = { callId: string; uuid: string; from: Caller | undefined; at: number; state: CallState }

/** What somebody who holds the phone can do: in which state of a call, and what that is then. */
export const DEEDS = {
  answered: { when: 'ringing', becomes: 'talking' },
  declined: { when: 'ringing', becomes: 'ended' },
  hung_up: { when: 'talking', becomes: 'ended' },
} as const satisfies Partial<Record<SightKind, { when: CallState; becomes: CallState }>>

export type Deed = keyof typeof DEEDS

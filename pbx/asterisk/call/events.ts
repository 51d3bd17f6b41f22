import type { PhoneStep } from '../../../client/call-record.ts'
import type { CancelReason } from '../../../wire/calls.ts'
import type { HangupReason } from '../ari/rest.ts'
import type { Contact } from './contacts.ts'
import type { Status } from './outcome.ts'

/** What happens to a call. Legs are named by the id of their channel. */
export type CallEvent =
  | { type: 'contacts'; contacts: readonly Contact[] }
  /** A leg that another process had dialled. */
  | { type: 'leg_found'; leg: string; contact: Contact }
  | { type: 'pushed'; devices: number }
  | { type: 'not_pushed' }
  | { type: 'registered'; contact: Contact }
  | { type: 'removed'; contact: Contact }
  | { type: 'leg_ringing'; leg: string }
  | { type: 'leg_answered'; leg: string; name: string }
  | { type: 'leg_over'; leg: string; cause: number }
  /** A leg that went unheard; the contacts are read again after it. */
  | { type: 'leg_lost'; leg: string }
  /** Asterisk did not send an INVITE. */
  | { type: 'not_dialled'; leg: string; contact: Contact }
  /** The leg is in the dialplan's hands. */
  | { type: 'peer_joined'; leg: string }
  | { type: 'peer_waits' }
  /** `elsewhere`: another member of a group or queue has the call. */
  | { type: 'caller_gone'; elsewhere?: boolean }
  | { type: 'window_over' }
  | { type: 'stopped' }

/** Back to the dialplan. `peer`: the name of the channel that answered. */
export type HandBack = { status: Status; peer?: string; devices: number; woke: number; wakeMs: number | undefined }

export type Effect =
  | { type: 'dial'; leg: string; contact: Contact }
  | { type: 'hang_up'; leg: string; reason: HangupReason }
  | ({ type: 'hand_back' } & HandBack)
  | { type: 'cancel_push'; reason: CancelReason }
  | { type: 'tell'; step: PhoneStep; contact: Contact }
  /** INVITE and CANCEL, so that the screen of a late phone goes away. */
  | { type: 'short_ring'; contact: Contact; reason: HangupReason }

/** `ringing` until the first of: a phone answers; the caller, the window or all phones are gone. */
export type Phase = 'ringing' | 'answered' | 'over'

export type CallRules = { onBusy: 'continue' | 'stop'; onDecline: 'continue' | 'stop'; stopLateRings: boolean }

export type CallPorts = {
  act: (effect: Effect) => void
  /** Every transition. Nothing in it is secret. */
  note: (transition: string, details?: Record<string, unknown>) => void
  newLeg: () => string
  /** Milliseconds, monotonic. */
  now: () => number
}

import type { PhoneStep } from '../../../client/call-record.ts'
import type { CancelReason } from '../../../wire/calls.ts'

/**
 * A phone of the callee. `id`: the same at any port; `ruid`: Kamailio's name of its contact; `token`: what it is pushed to by;
 * `deviceId`: as the PNS knows it, if that is known here.
 */
export type Phone = { id: string; ruid: string; token: string | undefined; deviceId: string | undefined }

/** What happens to a held call. */
export type CallEvent =
  /** The phone answered a ping, or registered, and Kamailio has given it the call. */
  | { type: 'heard'; phone: Phone }
  /** The phone registered, or said something, and has not been given the call: it had it already, or it is over. */
  | { type: 'registered'; phone: Phone }
  /** The phone's final answer, 300 to 699 (408: none came). */
  | { type: 'refused'; phone: string; status: number }
  /** It was this phone; that the call is `answered` comes by itself. */
  | { type: 'phone_answered'; phone: string }
  /** Who has not answered a ping by now is asleep. */
  | { type: 'pings_over' }
  /** `devices`: the ids of those that were pushed to. */
  | { type: 'pushed'; devices: readonly string[] }
  | { type: 'not_pushed' }
  /** Every contact was given the call, because nobody can be pushed to. */
  | { type: 'all_rung' }
  | { type: 'hold_over' }
  | { type: 'answered' }
  | { type: 'caller_gone' }

/**
 * 504: nobody was reached. Any answer of a phone is better than that, and a caller sees it as 480 (pbx/kamailio/conf/ring.cfg).
 */
export type HoldEnd = 486 | 504 | 600 | 603

export type Effect =
  /** `awake`: tokens of phones that have the call already. */
  | { type: 'push'; awake: readonly string[] }
  | { type: 'ring_all' }
  | { type: 'cancel_push'; reason: CancelReason }
  | { type: 'tell'; step: PhoneStep; token: string }
  /** The final answer of the hold: what rings goes on ringing, unless it is 6xx. */
  | { type: 'end_hold'; status: HoldEnd }
  /** INVITE and CANCEL, so that the screen of a late phone goes away. */
  | { type: 'short_ring'; phone: Phone; answered: boolean }

/** `pinged` is how many contacts were asked whether they are awake. */
export type CallRules = {
  pinged: number
  onBusy: 'continue' | 'stop'
  onDecline: 'continue' | 'stop'
  stopLateRings: boolean
}

export type CallPorts = {
  act: (effect: Effect) => void
  /** Every transition. Nothing in it is secret. */
  note: (transition: string, details?: Record<string, unknown>) => void
}

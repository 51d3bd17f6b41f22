/**
 * What a phone saw or did. `asleep`: a push that did not wake it. `killed`: iOS terminated the app because a VoIP push
 * reported no call. `unreadable`: a push that an app could not use. `repeated`: the same call again.
 */
export type SightKind =
  | 'push'
  | 'asleep'
  | 'unreadable'
  | 'killed'
  | 'waking'
  | 'ringing'
  | 'repeated'
  | 'answered'
  | 'declined'
  | 'hung_up'
  | 'cancelled'
  | 'expired'
  | 'missed_call'
  | 'message'

/** `at` in ms since 1970 by the phone's clock; `uuid` is that of the call. */
export type Sight = { at: number; kind: SightKind; uuid?: string; detail?: string }

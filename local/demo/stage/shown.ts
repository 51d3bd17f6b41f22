import type { CloudPart } from '../../cloud.ts'
import type { CallState, PhoneCall } from '../../phones/call.ts'
import type { Sight } from '../../phones/history.ts'
import type { Fate } from '../../tokens.ts'
import type { Placed } from './placed.ts'

type ScreenState = 'locked' | 'waking' | 'ringing' | 'talking' | 'missed' | 'cancelled'
type Screen = { state: ScreenState; call?: Pick<PhoneCall, 'callId' | 'uuid' | 'from' | 'at'> }

/** `sights`: the newest first. Times in ms since 1970. */
export type ShownPhone = Placed & Screen & { sights: readonly Sight[] }
export type Shown = { phones: readonly ShownPhone[]; fates: readonly Fate[]; away: Readonly<Record<CloudPart, boolean>> }

const SIGHTS = 20

/** What wants somebody to do something is in front. */
const IN_FRONT: readonly CallState[] = ['ringing', 'talking', 'waking']

const SCREENS: Record<CallState, ScreenState> = {
  locked: 'locked',
  waking: 'waking',
  ringing: 'ringing',
  talking: 'talking',
  ended: 'locked',
  cancelled: 'cancelled',
  expired: 'missed',
}

/** What its screen shows of a phone's calls (the oldest first). */
function screenOf(calls: readonly PhoneCall[]): Screen {
  const [inFront] = IN_FRONT.flatMap((state) => calls.findLast((call) => call.state === state) ?? [])
  const call = inFront ?? calls.at(-1)
  // A call that was cancelled before its push came has no caller: the phone never showed it.
  if (call?.from === undefined || SCREENS[call.state] === 'locked') return { state: 'locked' }
  const { state, callId, uuid, from, at } = call
  return { state: SCREENS[state], call: { callId, uuid, from, at } }
}

export const shownPhone = (placed: Placed, calls: readonly PhoneCall[], history: readonly Sight[]): ShownPhone => ({
  ...placed,
  ...screenOf(calls),
  sights: history.slice(-SIGHTS).reverse(),
})

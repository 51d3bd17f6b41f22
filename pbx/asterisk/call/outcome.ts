/** How a leg ended that nobody answered. */
export type Outcome = 'busy' | 'declined' | 'unheard' | 'failed'

const OUTCOMES: Record<number, Outcome> = { 17: 'busy', 21: 'declined', 16: 'unheard', 18: 'unheard', 19: 'unheard' }

/** By the hangup cause of Q.850 that Asterisk makes of SIP's answers: 486 and 600 are 17, 603 is 21, 480 is 19. */
export const outcomeOf = (cause: number): Outcome => OUTCOMES[cause] ?? 'failed'

/** What the dialplan finds in WAKECALL_STATUS; empty for a call that is handed back because the application stops. */
export type Status = 'ANSWERED' | 'NOANSWER' | 'BUSY' | 'NODEVICE' | 'UNAVAILABLE' | ''

/** The status where no leg is left, by how each ended. `pushed`: `undefined` if nobody could be asked to push. */
export function statusOf(outcomes: readonly Outcome[], pushed: number | undefined): Status {
  if (outcomes.some((outcome) => outcome === 'busy' || outcome === 'declined')) return 'BUSY'
  if (outcomes.includes('unheard')) return 'NOANSWER'
  return outcomes.length === 0 && pushed === 0 ? 'NODEVICE' : 'UNAVAILABLE'
}

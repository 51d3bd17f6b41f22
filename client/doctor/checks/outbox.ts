import { type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import type { Health } from '../pns.ts'

export const OUTBOX = {
  outbox_fresh: ok('What phones register reaches the relay at once.'),
  outbox_old: warning(
    'The relay does not know of these changes yet: it pushes to old tokens, or to nobody.',
    'Mend what is wrong with the way to the relay; they go there by themselves, in order.',
  ),
  changes_parked: warning(
    'The relay has refused these changes for good: those phones are not woken.',
    '`wakecall devices --parked` lists them with reasons; when the cause is gone, `wakecall sync` tries again.',
  ),
} satisfies Catalogue

const found = finder(OUTBOX)
const OLD_SECONDS = 60

export function checkOutbox({ outbox: { waiting, parked, oldestSeconds, refusals = {} } }: Health): Finding[] {
  const age = oldestSeconds ?? 0
  const seen =
    waiting === 0 ? 'Nothing waits for the relay.' : `Changes that wait for the relay: ${waiting}, the oldest ${age} s.`
  const reasons = Object.entries(refusals).map(([code, count]) => `${code} ${count}`)
  const detail = reasons.length > 0 ? ` (${reasons.join(', ')})` : ''
  return [
    found(age > OLD_SECONDS ? 'outbox_old' : 'outbox_fresh', seen),
    ...(parked > 0 ? [found('changes_parked', `Changes that the relay refused: ${parked}${detail}.`)] : []),
  ]
}

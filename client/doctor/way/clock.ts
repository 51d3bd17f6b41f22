import { MAX_AGE_SECONDS, MAX_AHEAD_SECONDS } from '../../../wire/signature.ts'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'

export const CLOCK = {
  clock_right: ok('Requests are signed with the time; the relay refuses those of another one.'),
  clock_off: warning(
    'When it drifts further the relay refuses every request.',
    'Keep it by NTP: timedatectl set-ntp true, or install chrony.',
  ),
  clock_skewed: broken(
    'The relay refuses what is signed with this time: no phone is woken.',
    'Set the clock, best by NTP: timedatectl set-ntp true, or install chrony; in a virtual machine look at the host’s clock too.',
  ),
} satisfies Catalogue

const found = finder(CLOCK)
const OFF_SECONDS = 5

/** `date` is the relay's `Date` header, `now` the wall clock when it came; in whole seconds it says no more than that. */
export function judgeClock(date: string, now: number): Finding {
  const ahead = Math.round((now - Date.parse(date)) / 1000)
  const size = Math.abs(ahead)
  const seen =
    size <= 1 ? 'This machine and the relay agree.' : `This machine is ${size} s ${ahead > 0 ? 'ahead of' : 'behind'} the relay.`
  if (ahead > MAX_AHEAD_SECONDS || -ahead > MAX_AGE_SECONDS) return found('clock_skewed', seen)
  return found(size > OFF_SECONDS ? 'clock_off' : 'clock_right', seen)
}

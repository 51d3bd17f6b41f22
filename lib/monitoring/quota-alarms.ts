import { type AlarmSpec, eventAlarm } from './alarm.ts'
import { maxOf } from './math.ts'
import type { Watched } from './watched.ts'

const minutes = 5
const QUOTA_PERCENT = 80
/** Nobody mistypes a code so often in five minutes. */
const WRONG_CODES = 20

/** Alarms on what is limited: pushes, devices, guesses. */
export function quotaAlarms({ relay }: Watched): AlarmSpec[] {
  return [
    eventAlarm(
      'push-quota',
      'A PBX is about to have its calls refused: it has used most of its pushes of a minute.',
      maxOf(
        (['ring', 'message'] as const).map((route) =>
          relay.metric('PushQuotaUsed', { route, outcome: 'ok' }, { label: route, statistic: 'Maximum', minutes }),
        ),
        { label: 'percent', minutes },
      ),
      { urgent: false, above: QUOTA_PERCENT },
    ),
    eventAlarm(
      'device-quota',
      'New phones of a PBX are about to be refused: it has registered most of the devices that it may.',
      relay.metric('DeviceQuotaUsed', { route: 'register', outcome: 'ok' }, { label: 'percent', statistic: 'Maximum', minutes }),
      { urgent: false, above: QUOTA_PERCENT },
    ),
    eventAlarm(
      'enrolment-guessing',
      'Somebody tries enrolment codes: with a right one, a stranger could ring the phones of a PBX that is being set up.',
      relay.metric('Requests', { route: 'enrol', outcome: 'enrolment_refused' }, { label: 'refused codes', minutes }),
      { urgent: false, above: WRONG_CODES },
    ),
  ]
}

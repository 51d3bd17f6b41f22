import { type AlarmSpec, eventAlarm } from './alarm.ts'
import { maxOf, sumOf } from './math.ts'
import type { Watched } from './watched.ts'

const minutes = 5
const QUOTA_PERCENT = 80
/** Nobody mistypes a code so often in five minutes. */
const WRONG_CODES = 20

/** Alarms on what is limited: pushes, devices, SNS's own quota, guesses. */
export function quotaAlarms({ relay }: Watched): AlarmSpec[] {
  const pushing = <T>(of: (route: 'ring' | 'message') => T): T[] => (['ring', 'message'] as const).map(of)
  return [
    eventAlarm(
      'push-quota',
      'A PBX is about to have its calls refused: it has used most of its pushes of a minute.',
      maxOf(
        pushing((route) =>
          relay.metric('PushQuotaUsed', { route, outcome: 'ok' }, { label: route, statistic: 'Maximum', minutes }),
        ),
        { label: 'percent', minutes },
      ),
      { above: QUOTA_PERCENT },
    ),
    eventAlarm(
      'device-quota',
      'New phones of a PBX are about to be refused: it has registered most of the devices that it may.',
      relay.metric('DeviceQuotaUsed', { route: 'register', outcome: 'ok' }, { label: 'percent', statistic: 'Maximum', minutes }),
      { above: QUOTA_PERCENT },
    ),
    eventAlarm(
      'pushes-throttled',
      'Phones stay silent: SNS throttled pushes until their calls could wait no longer.',
      sumOf(
        pushing((route) => relay.metric('PushesThrottled', { route, outcome: 'ok' }, { label: route, minutes })),
        { label: 'pushes', minutes },
      ),
    ),
    eventAlarm(
      'enrolment-guessing',
      'Somebody tries enrolment codes: with a right one, a stranger could ring the phones of a PBX that is being set up.',
      relay.metric('Requests', { route: 'enrol', outcome: 'enrolment_refused' }, { label: 'refused codes', minutes }),
      { above: WRONG_CODES },
    ),
  ]
}

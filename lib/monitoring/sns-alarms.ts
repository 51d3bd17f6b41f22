import { type AlarmSpec, eventAlarm } from './alarm.ts'
import { sumOf } from './math.ts'
import type { Watched } from './watched.ts'

const minutes = 5

/** Alarms on the pushes that SNS did not take: the relay answers 202 all the same, and no delivery record tells of them. */
export function snsAlarms({ relay }: Watched): AlarmSpec[] {
  const lost = (metric: 'PushesRejected' | 'PushesNotTaken') =>
    sumOf(
      (['ring', 'message'] as const).map((route) => relay.metric(metric, { route, outcome: 'ok' }, { label: route, minutes })),
      { label: 'pushes', minutes },
    )
  return [
    eventAlarm(
      'pushes-rejected',
      'Phones stay silent: SNS refuses their pushes, and will until a platform application or a permission is mended.',
      lost('PushesRejected'),
      { urgent: true },
    ),
    eventAlarm(
      'pushes-not-taken',
      'Phones stay silent: SNS throttled, failed or was slow until their calls could wait no longer.',
      lost('PushesNotTaken'),
      { urgent: true },
    ),
  ]
}

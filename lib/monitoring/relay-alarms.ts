import type { Settings } from '../settings.ts'
import { type AlarmSpec, eventAlarm } from './alarm.ts'
import { sumOf } from './math.ts'
import type { Watched } from './watched.ts'

const minutes = 5
/** A few errors come with every deployment and every container that AWS takes away; PBXs repeat those. */
const SERVER_ERRORS = 5
/** In percent, of at least so many: the edges of the minutes alone are less. */
const TURNED_AWAY = { percent: 1, fewest: 20 }

/** A look an hour: in less than two it would go on and off with each. */
const BACKGROUND_MINUTES = 120

/** Alarms on the relay itself. */
export function relayAlarms({ relay, aws }: Watched, { latencyP99Ms }: Settings['alarms']): AlarmSpec[] {
  const ofFunctions = (metric: 'Errors' | 'Throttles', names: typeof aws.functions, minutes: number) =>
    sumOf(
      names.map((name) => aws.lambda(name, metric, { label: name, minutes })),
      { label: metric, minutes },
    )
  const tableThrottles = [
    aws.table('ReadThrottleEvents', { label: 'reads', minutes }),
    aws.table('WriteThrottleEvents', { label: 'writes', minutes }),
  ]
  const { percent, fewest } = TURNED_AWAY
  return [
    eventAlarm(
      'server-errors',
      'Calls do not reach phones: the relay answers requests of PBXs with errors of its own.',
      aws.api('5xx', { label: '5xx', minutes }),
      { urgent: true, above: SERVER_ERRORS },
    ),
    eventAlarm(
      'ring-latency',
      'Phones wake late: one call in a hundred waits too long in the relay.',
      relay.metric('Latency', { route: 'ring', outcome: 'ok' }, { label: 'p99', statistic: 'p99', minutes }),
      { urgent: false, above: latencyP99Ms, points: 3 },
    ),
    eventAlarm(
      'api-throttled',
      'Calls do not reach phones: API Gateway turns requests of PBXs away.',
      aws.turnedAway({ label: 'percent of the requests', minutes }, `IF(turned>=${fewest},100*turned/$requests,0)`),
      { urgent: true, above: percent, points: 2 },
    ),
    eventAlarm(
      'functions-throttled',
      'Calls do not reach phones: Lambda has no capacity left for the functions.',
      ofFunctions('Throttles', aws.functions, minutes),
      { urgent: true },
    ),
    eventAlarm(
      'table-throttled',
      'Phones wake late or not at all: DynamoDB throttles the table.',
      sumOf(tableThrottles, { label: 'throttled', minutes }),
      { urgent: true },
    ),
    eventAlarm(
      'dead-letters',
      'Calls are pushed to phones that are gone: endpoint events that could not be handled wait in the dead-letter queue.',
      aws.deadLetters({ label: 'messages', minutes }),
      { urgent: false },
    ),
    eventAlarm(
      'background-errors',
      'Dead phones stay and expiring credentials go unseen: a function that AWS calls fails.',
      ofFunctions('Errors', ['events', 'credentials'], BACKGROUND_MINUTES),
      { urgent: false },
    ),
  ]
}

import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'

/**
 * An alarm as it is decided: `suffers` says in one sentence what a user suffers, `section` is that of docs/runbook.md.
 * In alarm when `points` points in a row are `above` (or `below`) the threshold.
 */
export type AlarmSpec = {
  name: string
  suffers: string
  section: string
  metric: IMetric
  above?: number
  below?: number
  points: number
  missing: 'fine' | 'unchanged'
  /** Calls are being lost now; what is not can wait for the morning. */
  urgent: boolean
}

// Metrics of events have no points when nothing happens. What is looked at once an hour keeps its verdict until the next look.
const MISSING = { fine: TreatMissingData.NOT_BREACHING, unchanged: TreatMissingData.IGNORE }

/** An alarm on what is counted as it happens; without `above`, one is too many. */
export const eventAlarm = (
  name: string,
  suffers: string,
  metric: IMetric,
  { urgent, above = 0, points = 1 }: { urgent: boolean; above?: number; points?: number },
): AlarmSpec => ({ name, suffers, section: name, metric, above, points, missing: 'fine', urgent })

export function createAlarm(scope: Construct, stage: string, spec: AlarmSpec): Alarm {
  const { name, suffers, section, metric, above, below, points, missing } = spec
  const comparisonOperator =
    below === undefined ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD
  return new Alarm(scope, name, {
    alarmName: `wakecall-${stage}-${name}`,
    alarmDescription: `${suffers} docs/runbook.md#${section}`,
    metric,
    threshold: below ?? above ?? 0,
    comparisonOperator,
    evaluationPeriods: points,
    treatMissingData: MISSING[missing],
  })
}

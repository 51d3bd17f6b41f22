import { Duration } from 'aws-cdk-lib'
import { Metric, SearchExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { Channel } from '../apps.ts'
import type { Look } from './relay-metrics.ts'

/** What CloudWatch counts in SNS's delivery-status records. */
export type DeliveryMetric =
  | 'Delivered'
  | 'Dwell'
  | 'Failed'
  | 'CredentialsRefused'
  | 'WrongTopic'
  | 'WrongEnvironment'
  | 'Unregistered'

/** The dimension of `Failed` that splits it by the provider's HTTP status. */
export const STATUS = 'status'

/** A record does not tell its platform, and a dimension holds only what a record tells: so the metric's name has it. */
const PREFIX = { voip: 'Voip', alert: 'Alert', fcm: 'Fcm' } as const satisfies Record<Channel, string>
export const TITLE = { voip: 'iOS calls', alert: 'iOS alerts', fcm: 'Android' } as const satisfies Record<Channel, string>

export const deliveryMetricName = (channel: Channel, metric: DeliveryMetric): string => `${PREFIX[channel]}${metric}`

export function deliveryMetrics(namespace: string) {
  return {
    metric(channel: Channel, metric: DeliveryMetric, { label, statistic = 'Sum', minutes = 1 }: Look): Metric {
      const metricName = deliveryMetricName(channel, metric)
      return new Metric({ namespace, metricName, statistic, label, period: Duration.minutes(minutes) })
    },

    /** Failures of a channel, one line for each status that the provider answered. */
    byStatus(channel: Channel): SearchExpression {
      const terms = `MetricName="${deliveryMetricName(channel, 'Failed')}"`
      const expression = `SEARCH('{"${namespace}",${STATUS}} ${terms}', 'Sum', 60)`
      return new SearchExpression({ expression, label: TITLE[channel], period: Duration.minutes(1) })
    },
  }
}

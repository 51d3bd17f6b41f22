import { Unit } from 'aws-cdk-lib/aws-cloudwatch'
import { FilterPattern, type ILogGroup, MetricFilter, type MetricFilterOptions } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { DeployedApplication } from '../applications.ts'
import { type DeliveryMetric, deliveryMetricName, STATUS } from './delivery-metrics.ts'
import { REASONS } from './provider-words.ts'

/**
 * Counts what stands in the delivery-status records of a platform application
 * (https://docs.aws.amazon.com/sns/latest/dg/topics-attrib.html). A name per channel and no dimension, but one: the
 * provider's status, of which there are few. Records hold tokens, so nothing else of them may become a dimension.
 */
export class DeliveryFilters extends Construct {
  constructor(scope: Construct, id: string, namespace: string, { channel, platform, delivered, failed }: DeployedApplication) {
    super(scope, id)
    type Options = Partial<MetricFilterOptions>
    const filter = (id: string, logGroup: ILogGroup, metric: DeliveryMetric, pattern: string, options: Options = {}) =>
      new MetricFilter(this, id, {
        logGroup,
        metricNamespace: namespace,
        metricName: deliveryMetricName(channel, metric),
        filterPattern: FilterPattern.literal(pattern),
        ...options,
      })

    filter('Delivered', delivered, 'Delivered', '{ $.status = "SUCCESS" }')
    filter('Dwell', delivered, 'Dwell', '{ $.delivery.dwellTimeMs = * }', {
      metricValue: '$.delivery.dwellTimeMs',
      unit: Unit.MILLISECONDS,
    })
    filter('Failed', failed, 'Failed', '{ $.status = "FAILURE" }')
    // A push whose TTL ran out has no status: this filter leaves it to the one above, which counts every failure.
    filter('FailedByStatus', failed, 'Failed', '{ $.delivery.statusCode = * }', {
      dimensions: { [STATUS]: '$.delivery.statusCode' },
    })
    for (const [metric, words] of REASONS[platform === 'GCM' ? 'google' : 'apple']) {
      const terms = words.map((word) => `$.delivery.providerResponse = "*${word}*"`)
      filter(metric, failed, metric, `{ ${terms.join(' || ')} }`)
    }
  }
}

import { Unit } from 'aws-cdk-lib/aws-cloudwatch'
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { METRICS } from '../../lambdas/kit/metrics.ts'
import type { DeployedFunction } from '../function.ts'

type Metric = { unit: keyof typeof UNITS; value: string; functions?: readonly DeployedFunction[] }
type Kind = { functions: readonly DeployedFunction[]; dimensions: readonly string[]; metrics: Record<string, Metric> }

const UNITS = { Count: Unit.COUNT, Milliseconds: Unit.MILLISECONDS, Percent: Unit.PERCENT }

/** Makes every metric of METRICS from the log lines of the functions that write it. */
export class FunctionFilters extends Construct {
  constructor(scope: Construct, id: string, metricNamespace: string, logGroups: Record<DeployedFunction, ILogGroup>) {
    super(scope, id)
    for (const [kind, { functions, dimensions, metrics }] of Object.entries<Kind>(METRICS)) {
      for (const [metricName, { unit, value, functions: only = functions }] of Object.entries(metrics)) {
        // A line without the member does not measure it.
        const isThere = value.startsWith('$') ? ` && ${value} = *` : ''
        for (const name of only) {
          new MetricFilter(this, `${name}${metricName}`, {
            logGroup: logGroups[name],
            filterPattern: FilterPattern.literal(`{ $.message = "${kind}"${isThere} }`),
            metricNamespace,
            metricName,
            metricValue: value,
            unit: UNITS[unit],
            dimensions: Object.fromEntries(dimensions.map((dimension) => [dimension, `$.${dimension}`])),
          })
        }
      }
    }
  }
}

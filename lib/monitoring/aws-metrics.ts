import { Duration } from 'aws-cdk-lib'
import { type MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { FUNCTIONS } from '../../wire/routes.ts'
import type { DeployedFunction } from '../function.ts'
import { math } from './math.ts'
import type { MonitoringProps } from './props.ts'
import type { Look } from './relay-metrics.ts'

/** An alarm takes ten metrics: left out is the function that is asked least. */
const THROTTLES_COUNTED = FUNCTIONS.filter((name) => name !== 'keys')

/** What AWS's own services count of the deployment. */
export function awsMetrics({ apiId, functions, table, deadLetters }: Omit<MonitoringProps, 'alarms' | 'applications'>) {
  const names = Object.keys(functions) as DeployedFunction[]
  const period = (minutes = 1) => Duration.minutes(minutes)

  const api = (metricName: '5xx' | 'Count', { label, statistic = 'Sum', minutes }: Look): Metric =>
    new Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap: { ApiId: apiId },
      statistic,
      label,
      period: period(minutes),
    })
  const lambda = (
    name: DeployedFunction,
    metric: 'Invocations' | 'Errors' | 'Throttles' | 'Duration',
    { label, statistic = 'Sum', minutes }: Look,
  ): Metric => functions[name].metric(metric, { statistic, label, period: period(minutes) })

  return {
    api,
    lambda,
    functions: names,

    /**
     * Requests that got no further than API Gateway: none that it turns away is an invocation, nor a throttle of Lambda. The
     * counts are of minutes of their own, so a few differ at every edge. AWS does not document whether the `Count` of an HTTP
     * API includes what it answered 429: if not, this stays at 0.
     */
    turnedAway(look: Look, expression = 'turned'): MathExpression {
      const { minutes } = look
      const of = (names: readonly DeployedFunction[], metric: 'Invocations' | 'Throttles') =>
        names.map((name) => [`${name}${metric}`, lambda(name, metric, { label: `${name} ${metric}`, minutes })] as const)
      const reached = Object.fromEntries([...of(FUNCTIONS, 'Invocations'), ...of(THROTTLES_COUNTED, 'Throttles')])
      const minus = Object.keys(reached)
        .map((id) => `$${id}`)
        .join('-')
      const requests = api('Count', { label: 'requests', minutes })
      return math(expression.replaceAll('turned', `($requests-${minus})`), { requests, ...reached }, look)
    },

    table: (
      metric: 'ReadThrottleEvents' | 'WriteThrottleEvents' | 'ConsumedReadCapacityUnits' | 'ConsumedWriteCapacityUnits',
      { label, minutes }: Look,
    ): Metric => table.metric(metric, { statistic: 'Sum', label, period: period(minutes) }),

    deadLetters: ({ label, minutes }: Look): Metric =>
      deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', label, period: period(minutes) }),
  }
}

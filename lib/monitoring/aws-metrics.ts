import { Duration } from 'aws-cdk-lib'
import { type MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { FUNCTIONS } from '../../wire/routes.ts'
import type { DeployedFunction } from '../function.ts'
import { math } from './math.ts'
import type { MonitoringProps } from './props.ts'
import type { Look } from './relay-metrics.ts'

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
     * Requests that got no further than API Gateway: it counts every request, and none that it turns away is an invocation.
     * The two are counted in minutes of their own, so a few differ at every edge.
     */
    turnedAway(look: Look, expression = 'turned'): MathExpression {
      const { minutes } = look
      const functions = Object.fromEntries(FUNCTIONS.map((name) => [name, lambda(name, 'Invocations', { label: name, minutes })]))
      const invoked = FUNCTIONS.map((name) => `$${name}`).join('-')
      const requests = api('Count', { label: 'requests', minutes })
      return math(expression.replaceAll('turned', `($requests-${invoked})`), { requests, ...functions }, look)
    },

    table: (
      metric: 'ReadThrottleEvents' | 'WriteThrottleEvents' | 'ConsumedReadCapacityUnits' | 'ConsumedWriteCapacityUnits',
      { label, minutes }: Look,
    ): Metric => table.metric(metric, { statistic: 'Sum', label, period: period(minutes) }),

    deadLetters: ({ label, minutes }: Look): Metric =>
      deadLetters.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', label, period: period(minutes) }),
  }
}

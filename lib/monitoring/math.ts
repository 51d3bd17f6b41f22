import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { Look } from './relay-metrics.ts'

type Period = Pick<Look, 'label' | 'minutes'>

/** An expression over metrics by id, of which those without a point count as 0: they count events, and there were none. */
export function math(expression: string, usingMetrics: Record<string, IMetric>, { label, minutes = 1 }: Period): MathExpression {
  const filled = expression.replace(/\$(\w+)/g, 'FILL($1,0)')
  return new MathExpression({ expression: filled, usingMetrics, label, period: Duration.minutes(minutes) })
}

const byId = (metrics: IMetric[]) => Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric]))

const listOf = (metrics: object, separator: string) =>
  Object.keys(metrics)
    .map((id) => `$${id}`)
    .join(separator)

export function sumOf(metrics: IMetric[], period: Period): MathExpression {
  const ids = byId(metrics)
  return math(listOf(ids, '+'), ids, period)
}

export function maxOf(metrics: IMetric[], period: Period): MathExpression {
  const ids = byId(metrics)
  return math(`MAX([${listOf(ids, ',')}])`, ids, period)
}

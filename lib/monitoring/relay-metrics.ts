import { Duration } from 'aws-cdk-lib'
import { Metric, SearchExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { METRICS, type MetricKind, type MetricName } from '../../lambdas/kit/metrics.ts'
import type { Platform } from '../../wire/delivery.ts'
import type { SnsPlatform } from '../../wire/payload.ts'
import type { ProblemCode } from '../../wire/problem.ts'
import type { RouteName } from '../../wire/routes.ts'

/** The values that a dimension can have, where they are known: what is misspelt does not compile. */
type Values = { route: RouteName | 'unknown'; outcome: 'ok' | ProblemCode; platform: Platform | SnsPlatform }
type Dimension<K extends MetricKind> = (typeof METRICS)[K]['dimensions'][number]
type Dimensions<K extends MetricKind> = { [D in Dimension<K>]: D extends keyof Values ? Values[D] : string }

/** How a metric is shown: `statistic` as CloudWatch writes it (`Sum`, `p99`), `minutes` of one point. */
export type Look = { label: string; statistic?: string; minutes?: number | undefined }

/** Which kind of line carries a metric: no two kinds have one of the same name. */
type KindOf<N extends MetricName> = { [K in MetricKind]: N extends MetricName<K> ? K : never }[MetricKind]

const dimensionsOf = (name: MetricName): readonly string[] =>
  Object.values(METRICS).find(({ metrics }) => Object.hasOwn(metrics, name))?.dimensions ?? []

/** The metrics of the functions' log lines, from the one table of them. */
export function relayMetrics(namespace: string) {
  return {
    /** One metric with its dimensions: what an alarm needs. */
    metric<N extends MetricName>(metricName: N, dimensionsMap: Dimensions<KindOf<N>>, look: Look): Metric {
      const { label, statistic = 'Sum', minutes = 1 } = look
      return new Metric({ namespace, metricName, dimensionsMap, statistic, label, period: Duration.minutes(minutes) })
    },

    /** One line for each set of dimensions that CloudWatch has seen, narrowed by `where` (`route="ring" NOT outcome="ok"`). */
    search(metricName: MetricName, { label, statistic = 'Sum', minutes = 1 }: Look, where = ''): SearchExpression {
      const schema = [`"${namespace}"`, ...dimensionsOf(metricName)].join(',')
      const terms = [`MetricName="${metricName}"`, where].filter(Boolean).join(' ')
      const expression = `SEARCH('{${schema}} ${terms}', '${statistic}', ${minutes * 60})`
      return new SearchExpression({ expression, label, period: Duration.minutes(minutes) })
    },
  }
}

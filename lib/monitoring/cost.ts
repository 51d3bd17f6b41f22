import { Duration } from 'aws-cdk-lib'
import { type IMetric, type MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { CfnFunction, IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { math, sumOf } from './math.ts'
import { PRICES } from './prices.ts'
import type { MonitoringProps } from './props.ts'
import type { Watched } from './watched.ts'

const HOUR = 60

const gibibytes = (fn: IFunction): number => ((fn.node.defaultChild as CfnFunction).memorySize ?? 128) / 1024

type Item = { metric: IMetric; price: number }

/** What the last hour cost in dollars, by AWS's list prices: what grows with calls, without storage, metrics and alarms. */
export function hourlyCost({ relay, aws }: Watched, props: MonitoringProps): MathExpression[] {
  const look = (label: string) => ({ label, minutes: HOUR })
  const logged = ({ logGroupName: LogGroupName }: ILogGroup, price: number): Item => {
    const period = Duration.minutes(HOUR)
    const dimensionsMap = { LogGroupName }
    return {
      metric: new Metric({ namespace: 'AWS/Logs', metricName: 'IncomingBytes', dimensionsMap, statistic: 'Sum', period }),
      price,
    }
  }
  const items: Record<string, Item[]> = {
    api: [{ metric: aws.api('Count', look('requests')), price: PRICES.apiRequest }],
    lambda: aws.functions.flatMap((name) => [
      { metric: aws.lambda(name, 'Invocations', look(name)), price: PRICES.lambdaRequest },
      {
        metric: aws.lambda(name, 'Duration', look(name)),
        price: (PRICES.lambdaGiBSecond * gibibytes(props.functions[name])) / 1000,
      },
    ]),
    table: [
      { metric: aws.table('ConsumedReadCapacityUnits', look('reads')), price: PRICES.tableRead },
      { metric: aws.table('ConsumedWriteCapacityUnits', look('writes')), price: PRICES.tableWrite },
    ],
    pushes: (['ring', 'cancel', 'message'] as const).map((route) => ({
      metric: relay.metric('PushesAccepted', { route, outcome: 'ok' }, look(route)),
      price: PRICES.push,
    })),
    logs: [...Object.values(props.logGroups), ...props.otherLogGroups].map((group) => logged(group, PRICES.logByte)),
    deliveryLogs: props.applications
      .flatMap(({ delivered, failed }) => [delivered, failed])
      .map((group) => logged(group, PRICES.logByte + PRICES.maskedByte)),
  }
  const parts = Object.entries(items)
    .filter(([, priced]) => priced.length > 0)
    .map(([label, priced]) => priceOf(label, priced))
  return [totalOf(parts), ...parts]
}

/** Metric math takes the `e` of an exponent for a metric. */
const decimal = (price: number): string => price.toLocaleString('en', { maximumSignificantDigits: 12, useGrouping: false })

function priceOf(label: string, items: Item[]): MathExpression {
  const id = (i: number) => `${label}${i}`
  const terms = items.map(({ price }, i) => `$${id(i)}*${decimal(price)}`)
  const metrics = Object.fromEntries(items.map(({ metric }, i) => [id(i), metric]))
  return math(terms.join('+'), metrics, { label, minutes: HOUR })
}

const totalOf = (parts: MathExpression[]): MathExpression => sumOf(parts, { label: 'together', minutes: HOUR })

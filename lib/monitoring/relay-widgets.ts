import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { graph, MILLISECONDS, PERCENTILES } from './graph.ts'
import { math } from './math.ts'
import type { Watched } from './watched.ts'

/** How the relay itself is: its answers, functions, throttles and queue. */
export function relayWidgets({ relay, aws }: Watched): IWidget[] {
  const latency = PERCENTILES.map((statistic) =>
    relay.metric('Latency', { route: 'ring', outcome: 'ok' }, { label: `ring ${statistic}`, statistic, minutes: 5 }),
  )
  const coldStarts = math(`SUM(${relay.search('ColdStarts', { label: '' }).expression})`, {}, { label: 'cold starts' })
  const each = (metric: 'Duration' | 'Errors' | 'Throttles', statistic: string) =>
    aws.functions.map((name) => aws.lambda(name, metric, { label: name, statistic }))
  return [
    graph('Latency of a ring in the relay', latency, MILLISECONDS),
    graph('Refused requests by code', [relay.search('Requests', { label: '' }, 'NOT outcome="ok"')]),
    graph('Requests and server errors', [aws.api('Count', { label: 'requests' }), aws.api('5xx', { label: '5xx' })]),
    graph('Throttled', [
      aws.turnedAway({ label: 'API Gateway' }),
      ...each('Throttles', 'Sum'),
      aws.table('ReadThrottleEvents', { label: 'table, reads' }),
      aws.table('WriteThrottleEvents', { label: 'table, writes' }),
    ]),
    graph('Function durations, p99', each('Duration', 'p99'), MILLISECONDS),
    graph('Function errors', each('Errors', 'Sum')),
    graph('Cold starts', [coldStarts]),
    graph('Dead letters', [aws.deadLetters({ label: 'endpoint events given up' })]),
  ]
}

import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { TITLE } from './delivery-metrics.ts'
import { graph, MILLISECONDS, PERCENTILES } from './graph.ts'
import { REASONS } from './provider-words.ts'
import type { Watched } from './watched.ts'

/** What Apple and Google made of the pushes that SNS took, and what it says of dead endpoints. */
export function providerWidgets({ relay, delivery, channels }: Watched): IWidget[] {
  const delivered = channels.flatMap((channel) => [
    delivery.metric(channel, 'Delivered', { label: `${TITLE[channel]} delivered` }),
    delivery.metric(channel, 'Failed', { label: `${TITLE[channel]} failed` }),
  ])
  const reasons = channels.flatMap((channel) =>
    REASONS[channel === 'fcm' ? 'google' : 'apple'].map(([metric]) =>
      delivery.metric(channel, metric, { label: `${TITLE[channel]} ${metric}` }),
    ),
  )
  const dwell = channels.flatMap((channel) =>
    PERCENTILES.map((statistic) =>
      delivery.metric(channel, 'Dwell', { label: `${TITLE[channel]} ${statistic}`, statistic, minutes: 5 }),
    ),
  )
  const pushes = (
    ['PushesAccepted', 'PushesGone', 'PushesNotTaken', 'PushesRejected', 'PushesSkipped', 'PushesExpired'] as const
  ).map((metric) => relay.search(metric, { label: metric }))
  return [
    graph('Pushes by what SNS answered', pushes),
    ...(channels.length === 0
      ? []
      : [
          graph('Delivered and failed by platform', delivered),
          graph('Refusals by reason', reasons),
          graph('Failures by the provider’s status', channels.map(delivery.byStatus)),
          graph('Dwell in SNS', dwell, MILLISECONDS),
        ]),
    graph('Dead devices pruned', [
      relay.search('DevicesPruned', { label: 'by an event' }),
      relay.metric('PushesGone', { route: 'ring', outcome: 'ok' }, { label: 'by a call' }),
    ]),
    graph('Endpoint events by reason', [relay.search('EndpointEvents', { label: '' })]),
  ]
}

import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { graph, MILLISECONDS, PERCENT, PERCENTILES } from './graph.ts'
import { math } from './math.ts'
import { wakeRate } from './wake-rate.ts'
import type { Watched } from './watched.ts'

const RING = { route: 'ring', outcome: 'ok' } as const

/** What users notice: calls, and phones that wake. */
export function callWidgets({ relay, platforms }: Watched): IWidget[] {
  const devices = {
    devices: relay.metric('PushesAccepted', RING, { label: 'pushes', minutes: 5 }),
    calls: relay.metric('Pushed', RING, { label: 'calls pushed', minutes: 5 }),
  }
  const latency = platforms.flatMap((platform) =>
    PERCENTILES.map((statistic) =>
      relay.metric('WakeLatency', { platform }, { label: `${platform} ${statistic}`, statistic, minutes: 5 }),
    ),
  )
  const wakes = platforms.map((platform) => relay.metric('Wakes', { platform }, { label: platform }))
  return [
    graph('Calls and messages a minute', [
      relay.metric('Requests', RING, { label: 'calls' }),
      relay.metric('Pushed', RING, { label: 'calls that were pushed' }),
      relay.metric('Requests', { route: 'message', outcome: 'ok' }, { label: 'messages' }),
      relay.search('Repeats', { label: 'repeats' }),
    ]),
    ...(platforms.length === 0
      ? []
      : [
          graph('Calls that woke a phone', [wakeRate({ relay, platforms }, 5)], PERCENT),
          graph('Wake latency', latency, MILLISECONDS),
          graph('Phones that woke', wakes),
        ]),
    graph('Devices a call', [math('devices/calls', devices, { label: 'devices a call', minutes: 5 })]),
  ]
}

import type { Channel } from '../apps.ts'
import { awsMetrics } from './aws-metrics.ts'
import { deliveryMetrics } from './delivery-metrics.ts'
import type { MonitoringProps } from './props.ts'
import { relayMetrics } from './relay-metrics.ts'

/** Every metric of a deployment: of its functions, of SNS's delivery records, and of AWS's own services. */
export function watch(props: MonitoringProps) {
  const { namespace, applications } = props
  return {
    relay: relayMetrics(namespace),
    delivery: deliveryMetrics(namespace),
    aws: awsMetrics(props),
    /** The channels that have a platform application: the others have no metrics. */
    channels: (['voip', 'alert', 'fcm'] as const satisfies Channel[]).filter((channel) =>
      applications.some((application) => application.channel === channel),
    ),
  }
}

export type Watched = ReturnType<typeof watch>

import type { Platform } from '../../wire/delivery.ts'
import type { Channel } from '../apps.ts'
import { awsMetrics } from './aws-metrics.ts'
import { deliveryMetrics } from './delivery-metrics.ts'
import type { MonitoringProps } from './props.ts'
import { relayMetrics } from './relay-metrics.ts'

const WOKEN_BY = { voip: ['ios'], alert: [], fcm: ['android'] } as const satisfies Record<Channel, Platform[]>

/** Every metric of a deployment: of its functions, of SNS's delivery records, and of AWS's own services. */
export function watch(props: MonitoringProps) {
  const { namespace, applications } = props
  // The channels that have a platform application: the others have no metrics.
  const channels = (['voip', 'alert', 'fcm'] as const satisfies Channel[]).filter((channel) =>
    applications.some((application) => application.channel === channel),
  )
  return {
    relay: relayMetrics(namespace),
    delivery: deliveryMetrics(namespace),
    aws: awsMetrics(props),
    channels,
    /** The platforms whose phones a call can wake. */
    platforms: channels.flatMap((channel) => WOKEN_BY[channel]),
  }
}

export type Watched = ReturnType<typeof watch>

import * as v from 'valibot'
import { ENDPOINT_EVENTS, type EndpointEvent, type EndpointEventType } from '../../core/endpoint-event.ts'
import type { SnsPlatform } from '../../wire/payload.ts'

const ENDPOINT = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:endpoint\/(APNS|APNS_SANDBOX|APNS_VOIP|APNS_VOIP_SANDBOX|GCM)\/[^/]+\/.+$/

const common = {
  EndpointArn: v.pipe(v.string(), v.regex(ENDPOINT, 'must be the ARN of an endpoint of APNs or FCM')),
  Time: v.pipe(
    v.string(),
    v.transform(Date.parse),
    v.check((ms) => Number.isFinite(ms), 'must be a time'),
  ),
}

const Event = v.variant(
  'EventType',
  [
    v.object({
      ...common,
      EventType: v.literal('DeliveryFailure'),
      FailureType: v.string(),
      FailureMessage: v.optional(v.string(), ''),
    }),
    // AWS does not say in which form it tells the new attributes; a disabled endpoint comes as a failure as well.
    v.object({ ...common, EventType: v.literal('EndpointUpdated'), Enabled: v.optional(v.union([v.string(), v.boolean()])) }),
  ],
  'must be DeliveryFailure or EndpointUpdated',
)
type Event = v.InferOutput<typeof Event>

/** An event with the platform of its endpoint, for the metrics. */
export type Received = EndpointEvent & { platform: SnsPlatform }

/**
 * The body of a message of the queue: what SNS publishes to the topic of a platform application's events
 * (https://docs.aws.amazon.com/sns/latest/dg/application-event-notifications.html), delivered raw.
 */
export const EventMessage = v.pipe(v.string(), v.parseJson(undefined, 'must be JSON'), Event, v.transform(toReceived))

function toReceived(event: Event): Received {
  const platform = ENDPOINT.exec(event.EndpointArn)?.[1] as SnsPlatform
  const words = 'FailureMessage' in event ? event.FailureMessage : ''
  return { endpoint: event.EndpointArn, platform, type: typeOf(event), words, at: event.Time }
}

function typeOf(event: Event): EndpointEventType {
  if (event.EventType === 'EndpointUpdated') return String(event.Enabled).toLowerCase() === 'false' ? 'Disabled' : 'Updated'
  return Object.hasOwn(ENDPOINT_EVENTS, event.FailureType) ? (event.FailureType as EndpointEventType) : 'Other'
}

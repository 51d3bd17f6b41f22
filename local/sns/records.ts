import type { ProviderAnswer } from '../providers/answer.ts'
import type { Home } from './arn.ts'
import { FAILURES, type FailureType } from './failures.ts'
import type { Notification } from './publish.ts'
import type { Application, Endpoint } from './store.ts'

/**
 * A delivery-status record (https://docs.aws.amazon.com/sns/latest/dg/sns-msg-status.html), the token in clear as AWS
 * writes it. `timestamp` is that of the publish, `2026-01-26 23:07:39.540` in UTC.
 */
export type DeliveryRecord = {
  status: 'SUCCESS' | 'FAILURE'
  notification: { timestamp: string; messageId: string }
  delivery: {
    statusCode?: number
    dwellTimeMs: number
    token: string
    attempts: number
    providerResponse: string
    destination: string
  }
}

/** How a delivery ended. `dwellTimeMs` runs from the publish to the first hand-over; `answer` is the provider's last one. */
export type Ending = {
  failure: FailureType | undefined
  attempts: number
  dwellTimeMs: number
  answer: ProviderAnswer | undefined
}

/** `sns/<region>/<account>/app/<PLATFORM>/<name>`, failures under `…/Failure`. */
export function logGroup({ region, account }: Home, { platform, name }: Application, failure: FailureType | undefined): string {
  return `sns/${region}/${account}/app/${platform}/${name}${failure ? '/Failure' : ''}`
}

export function deliveryRecord({ messageId, endpoint, publishedAt }: Notification, ending: Ending): DeliveryRecord {
  const { failure, attempts, dwellTimeMs, answer } = ending
  return {
    status: failure ? 'FAILURE' : 'SUCCESS',
    notification: { timestamp: new Date(publishedAt).toISOString().replace('T', ' ').replace('Z', ''), messageId },
    delivery: {
      ...(answer ? { statusCode: answer.status } : {}),
      dwellTimeMs,
      token: endpoint.token,
      attempts,
      providerResponse: answer?.body ?? (failure ? FAILURES[failure] : ''),
      destination: endpoint.arn,
    },
  }
}

type EventBase = { EndpointArn: string; Resource: string; Service: 'SNS'; Time: string }

/** What SNS publishes to the topics that a platform application names for its events. */
export type EndpointEvent =
  | (EventBase & {
      EventType: 'DeliveryFailure'
      FailureType: FailureType
      FailureMessage: string
      MessageId: string
      DeliveryAttempts: number
    })
  | (EventBase & { EventType: 'EndpointUpdated'; Enabled: 'true' | 'false' })

const eventBase = (endpoint: Endpoint, now: number): EventBase => ({
  EndpointArn: endpoint.arn,
  Resource: endpoint.application.arn,
  Service: 'SNS',
  Time: new Date(now).toISOString(),
})

export const failureEvent = (
  { endpoint, messageId }: Notification,
  failure: FailureType,
  attempts: number,
  now: number,
): EndpointEvent => ({
  EventType: 'DeliveryFailure',
  ...eventBase(endpoint, now),
  FailureType: failure,
  FailureMessage: FAILURES[failure],
  MessageId: messageId,
  DeliveryAttempts: attempts,
})

export const updatedEvent = (endpoint: Endpoint, now: number): EndpointEvent => ({
  EventType: 'EndpointUpdated',
  ...eventBase(endpoint, now),
  Enabled: endpoint.enabled ? 'true' : 'false',
})

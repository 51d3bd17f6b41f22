import type { Home } from './arn.ts'
import type { Notification } from './publish.ts'
import { type DeliveryRecord, deliveryRecord, type Ending, type EndpointEvent, logGroup } from './records.ts'
import type { Endpoint } from './store.ts'

/** Whom a simulated SNS tells how a delivery went; `topicArn` is what the platform application names. */
export type Listeners = {
  onDeliveryStatus: (logGroup: string, record: DeliveryRecord) => void
  onEndpointEvent: (event: EndpointEvent, topicArn: string) => void
}

/**
 * Writes the delivery-status record if the platform application has a role for it. Of the successes a share is written: a
 * message id is random, so its first byte is a fair draw.
 */
export function tellStatus(
  home: Home,
  { onDeliveryStatus }: Pick<Listeners, 'onDeliveryStatus'>,
  notification: Notification,
  ending: Ending,
): void {
  const { application } = notification.endpoint
  const { SuccessFeedbackRoleArn, SuccessFeedbackSampleRate = '100', FailureFeedbackRoleArn } = application.attributes
  const drawn = (Number.parseInt(notification.messageId.slice(0, 2), 16) * 100) / 256 < Number(SuccessFeedbackSampleRate)
  const written = ending.failure ? FailureFeedbackRoleArn : SuccessFeedbackRoleArn && drawn
  if (written) onDeliveryStatus(logGroup(home, application, ending.failure), deliveryRecord(notification, ending))
}

/** Publishes an event to the topic that the platform application names for its kind; without one nobody is told. */
export function tellEvent(
  { onEndpointEvent }: Pick<Listeners, 'onEndpointEvent'>,
  { application }: Endpoint,
  event: EndpointEvent,
): void {
  const topicArn = application.attributes[event.EventType === 'DeliveryFailure' ? 'EventDeliveryFailure' : 'EventEndpointUpdated']
  if (topicArn) onEndpointEvent(event, topicArn)
}

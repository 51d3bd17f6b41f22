import { randomUUID } from 'node:crypto'
import { checkArn, type Home } from './arn.ts'
import { invalid, SnsError } from './errors.ts'
import { platformPayload } from './message.ts'
import { type MobileAttributes, readMobileAttributes } from './message-attributes.ts'
import type { Query } from './query.ts'
import type { Endpoint, Store } from './store.ts'

/** A push that SNS accepted. `payload` is the JSON text under the platform's key, `publishedAt` in ms since 1970. */
export type Notification = MobileAttributes & {
  messageId: string
  endpoint: Endpoint
  payload: string
  publishedAt: number
}

function findTarget(home: Home, store: Store, query: Query): Endpoint {
  if (query.text('PhoneNumber')) throw invalid('PhoneNumber', 'a simulated SNS sends no text messages')
  if (query.text('TopicArn')) throw new SnsError('NotFound', 'Topic does not exist')
  const arn = query.text('TargetArn')
  if (!arn) throw invalid('TopicArn or TargetArn', 'no value for required parameter')
  checkArn(home, 'TargetArn', arn, 'Publish')
  const endpoint = store.endpoints.get(arn)
  if (!endpoint) throw invalid('TargetArn', 'No endpoint found for the target arn specified')
  return endpoint
}

/** Checks a publish to an endpoint and gives what is to be delivered. Throws an SnsError. */
export function acceptPublish(home: Home, store: Store, query: Query, now: number): Notification {
  const endpoint = findTarget(home, store, query)
  const { application } = endpoint
  const attributes = readMobileAttributes(application.platform, query.attributes())
  const payload = platformPayload(application.platform, query.text('Message') ?? '', query.text('MessageStructure'))
  if (application.attributes.Enabled?.toLowerCase() !== 'true') {
    throw new SnsError('PlatformApplicationDisabled', 'Platform application is disabled')
  }
  if (!endpoint.enabled) throw new SnsError('EndpointDisabled', 'Endpoint is disabled')
  return { ...attributes, messageId: randomUUID(), endpoint, payload, publishedAt: now }
}

/**
 * A simulated Amazon SNS for mobile push: a test instrument and a demo. It speaks SNS's query protocol as the AWS SDK does,
 * answers with SNS's own errors, and delivers to simulated Apple and Google. It checks no AWS signature and forgets all
 * when its process ends. It tells its `Surroundings` what a platform application has feedback roles and event topics for.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import type { SnsPlatform } from '../../wire/payload.ts'
import { ACTIONS, type Context } from './actions.ts'
import { createApplication } from './applications.ts'
import type { Home } from './arn.ts'
import { simulatedCredentials } from './credentials.ts'
import { deliverNotification, type Surroundings } from './delivery.ts'
import { SnsError } from './errors.ts'
import { tellEvent } from './feedback.ts'
import { acceptPublish } from './publish.ts'
import { type Query, readQuery } from './query.ts'
import { createQuota } from './quota.ts'
import { updatedEvent } from './records.ts'
import { createStore } from './store.ts'
import { answerDocument, errorDocument } from './xml.ts'

const VERSION = '2010-03-31'

/** `publishPerSecond` is the account's quota; AWS's smallest is 300, in us-east-1 it is 30,000. */
export type SnsOptions = Home & Surroundings & { publishPerSecond: number }

/**
 * `server` does not listen yet. `createApplication` makes a platform application without a request, one that tells all: every
 * delivery status and its events. Gives its ARN.
 */
export type Sns = { server: Server; createApplication: (platform: SnsPlatform, name: string, bundle: string) => string }

function tellingAll({ region, account }: Home): Record<string, string> {
  const role = `arn:aws:iam::${account}:role/sns-feedback`
  const topic = `arn:aws:sns:${region}:${account}:endpoint-events`
  return {
    SuccessFeedbackRoleArn: role,
    FailureFeedbackRoleArn: role,
    SuccessFeedbackSampleRate: '100',
    EventDeliveryFailure: topic,
    EventEndpointUpdated: topic,
  }
}

/** Answers one request's body: the XML and its HTTP status. */
function answer(body: string, context: Context): { status: number; xml: string; requestId: string } {
  const requestId = randomUUID()
  try {
    const query = readQuery(body)
    const name = query.text('Action') ?? ''
    const action = Object.hasOwn(ACTIONS, name) && query.text('Version') === VERSION ? ACTIONS[name] : undefined
    if (!action) throw new SnsError('InvalidAction', `Could not find operation ${name} for version ${query.text('Version')}`)
    return { status: 200, xml: answerDocument(name, action(query, context), requestId), requestId }
  } catch (cause) {
    const error = cause instanceof SnsError ? cause : new SnsError('InternalError', 'Internal failure')
    return { status: error.status, xml: errorDocument(error, requestId), requestId }
  }
}

export function createSns(options: SnsOptions): Sns {
  const { clock } = options
  const home: Home = { region: options.region, account: options.account }
  const store = createStore()
  const hasQuota = createQuota(clock, options.publishPerSecond)

  const publish = (query: Query): string => {
    if (!hasQuota()) throw new SnsError('Throttled', 'Rate exceeded')
    const notification = acceptPublish(home, store, query, clock.now())
    clock.after(0, () => void deliverNotification(home, notification, options))
    return notification.messageId
  }
  const context: Context = {
    home,
    store,
    publish,
    updated: (endpoint) => tellEvent(options, endpoint, updatedEvent(endpoint, clock.now())),
  }

  const server = createServer((request, response) => {
    const respond = (body: string) => {
      const { status, xml, requestId } = answer(body, context)
      response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }).end(xml)
    }
    // Reading fails only when the client went away: there is nobody to answer.
    text(request).then(respond, () => response.destroy())
  })

  return {
    server,
    createApplication: (platform, name, bundle) => {
      const attributes = { ...simulatedCredentials(platform, bundle), ...tellingAll(home) }
      return createApplication(home, store, { platform, name, attributes }).arn
    },
  }
}

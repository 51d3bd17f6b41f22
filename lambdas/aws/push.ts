import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  type MessageAttributeValue,
  PublishCommand,
  SetEndpointAttributesCommand,
} from '@aws-sdk/client-sns'
import { outcomeOf } from '../../core/outcome.ts'
import type { Endpoints, Pusher } from '../../core/ports.ts'
import type { PlatformPush } from '../../wire/payload.ts'
import { Problem } from '../../wire/problem.ts'
import { sns } from './clients.ts'

/**
 * The message attributes of a mobile push (https://docs.aws.amazon.com/sns/latest/dg/sns-msg-attributes.html): the TTL has
 * a name per platform, the rest exist as `APNS` only, whichever Apple platform the endpoint is on.
 */
export function messageAttributes({ platform, ttlSeconds, apns }: PlatformPush): Record<string, MessageAttributeValue> {
  const values = {
    [`AWS.SNS.MOBILE.${platform}.TTL`]: String(ttlSeconds),
    ...(apns && {
      'AWS.SNS.MOBILE.APNS.PUSH_TYPE': apns.pushType,
      'AWS.SNS.MOBILE.APNS.PRIORITY': apns.priority,
      'AWS.SNS.MOBILE.APNS.TOPIC': apns.topic,
    }),
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]))
}

type ServiceError = Error & { $metadata?: { httpStatusCode?: number } }

export const pusher: Pusher = {
  async publish(endpointArn, push, timeoutMs) {
    const command = new PublishCommand({
      TargetArn: endpointArn,
      MessageStructure: 'json',
      Message: JSON.stringify({ default: 'wakecall', [push.platform]: push.body }),
      MessageAttributes: messageAttributes(push),
    })
    try {
      const { MessageId = '' } = await sns.send(command, { abortSignal: AbortSignal.timeout(Math.ceil(timeoutMs)) })
      return { kind: 'accepted', messageId: MessageId }
    } catch (cause) {
      const { name, message, $metadata } = cause as ServiceError
      return outcomeOf({ name, message, status: $metadata?.httpStatusCode })
    }
  },
}

const EXISTING = /Endpoint (arn:\S+) already exists/

export const endpoints: Endpoints = {
  async create(applicationArn, token) {
    try {
      const created = await sns.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn: applicationArn, Token: token }))
      return created.EndpointArn as string
    } catch (cause) {
      const { name, message, $metadata } = cause as ServiceError
      // Somebody created it with other attributes: it is the token's endpoint all the same.
      const existing = EXISTING.exec(message)?.[1]
      if (existing) return existing
      const outcome = outcomeOf({ name, message, status: $metadata?.httpStatusCode })
      if (outcome.kind !== 'rejected' || outcome.reason !== 'invalid_parameter') throw cause
      throw new Problem('token_refused', 'SNS refused this token for this app; check that it is the right kind of token.', {
        cause,
      })
    }
  },

  async enable(arn) {
    try {
      await sns.send(new SetEndpointAttributesCommand({ EndpointArn: arn, Attributes: { Enabled: 'true' } }))
      return true
    } catch (error) {
      if ((error as Error).name !== 'NotFoundException') throw error
      return false
    }
  },

  async remove(arn) {
    await sns.send(new DeleteEndpointCommand({ EndpointArn: arn }))
  },
}

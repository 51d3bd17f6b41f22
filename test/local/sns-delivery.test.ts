import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  GetEndpointAttributesCommand,
  PublishCommand,
  SetEndpointAttributesCommand,
} from '@aws-sdk/client-sns'
import { describe, expect, test } from 'vitest'
import type { ProviderPush } from '../../local/providers/providers.ts'
import { simulatedCredentials } from '../../local/sns/credentials.ts'
import { retryDelayMs } from '../../local/sns/retries.ts'
import { type Fate, type TokenKind, tokenOf } from '../../local/tokens.ts'
import { callPush, type PlatformPush, type SnsPlatform } from '../../wire/payload.ts'
import { callUuid } from '../../wire/uuid.ts'
import type { CallPayload } from '../../wire/wake.ts'
import { START, startSns } from './sns-harness.ts'

const CALL: CallPayload = {
  v: 1,
  event: 'call',
  callId: 'call-1',
  uuid: callUuid('pbx', 'call-1'),
  pbx: 'pbx',
  to: '1001',
  from: { number: '+442079460000', name: 'Ann' },
  sentAt: new Date(START).toISOString(),
  expiresAt: new Date(START + 30_000).toISOString(),
}
const string = (StringValue: string) => ({ DataType: 'String', StringValue })

/** A publish as the relay makes it. */
function commandOf(TargetArn: string, { platform, body, ttlSeconds, apns }: PlatformPush) {
  const attributes = {
    [`AWS.SNS.MOBILE.${platform}.TTL`]: string(String(ttlSeconds)),
    ...(apns && {
      'AWS.SNS.MOBILE.APNS.PUSH_TYPE': string(apns.pushType),
      'AWS.SNS.MOBILE.APNS.PRIORITY': string(apns.priority),
      'AWS.SNS.MOBILE.APNS.TOPIC': string(apns.topic),
    }),
  }
  const Message = JSON.stringify({ [platform]: body })
  return new PublishCommand({ TargetArn, Message, MessageStructure: 'json', MessageAttributes: attributes })
}

type Setting = { platform?: SnsPlatform; kind?: TokenKind; fate?: Fate; deliver?: (push: ProviderPush) => Promise<never> }

async function start({ platform = 'APNS_VOIP', kind, fate = 'accept', deliver }: Setting = {}) {
  const sns = await startSns(deliver ? { deliver } : {})
  const PlatformApplicationArn = sns.createApplication(platform, 'phone', 'com.example.phone')
  const token = tokenOf({ kind: kind ?? (platform === 'GCM' ? 'fcm' : 'voip'), fate, phone: 'alice' })
  const { EndpointArn = '' } = await sns.client.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: token }))
  const push = callPush({ platform, bundle: 'com.example.phone' }, CALL)
  const ring = async (changes: Partial<PlatformPush> = {}) =>
    (await sns.client.send(commandOf(EndpointArn, { ...push, ...changes }))).MessageId
  const enabled = async () => (await sns.client.send(new GetEndpointAttributesCommand({ EndpointArn }))).Attributes?.Enabled
  const kinds = () => sns.phones.history('alice').map((sight) => sight.kind)
  return { ...sns, PlatformApplicationArn, EndpointArn, token, ring, enabled, kinds }
}

describe('a delivery', () => {
  test.each(['APNS_VOIP', 'GCM'] as const)('through %s wakes the phone and is recorded as AWS does', async (platform) => {
    const { ring, clock, records, events, kinds, wakes, token, EndpointArn } = await start({ platform })
    const messageId = await ring()
    await clock.advance(5000)
    expect(kinds()).toEqual(['push', 'waking', 'ringing'])
    expect(wakes).toMatchObject([{ phone: 'alice', callId: 'call-1', uuid: CALL.uuid, extension: '1001', payload: CALL }])
    expect(events).toEqual([])
    expect(records).toEqual([
      [
        `sns/eu-west-1/123456789012/app/${platform}/phone`,
        {
          status: 'SUCCESS',
          notification: { timestamp: '2026-01-26 23:07:39.540', messageId },
          delivery: {
            statusCode: 200,
            dwellTimeMs: 0,
            token,
            attempts: 1,
            providerResponse: expect.stringMatching(/apns-id|projects/),
            destination: EndpointArn,
          },
        },
      ],
    ])
  })

  test('to a phone that never wakes succeeds all the same', async () => {
    const { ring, clock, records, kinds } = await start({ fate: 'never_wakes' })
    await ring()
    await clock.advance(5000)
    expect(records).toMatchObject([[expect.anything(), { status: 'SUCCESS' }]])
    expect(kinds()).toEqual(['asleep'])
  })
})

describe('what an application has asked to be told', () => {
  const ROLE = 'arn:aws:iam::123456789012:role/feedback'
  const topicOf = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`

  /** Pushes to a phone of each fate through an application with these attributes. */
  async function push(attributes: Record<string, string>, pushes = 1) {
    const { client, clock, records, events, topics } = await startSns()
    const Attributes = { ...simulatedCredentials('GCM', ''), ...attributes }
    const create = new CreatePlatformApplicationCommand({ Name: 'phone', Platform: 'GCM', Attributes })
    const { PlatformApplicationArn } = await client.send(create)
    for (const fate of ['accept', 'unregistered'] as const) {
      const Token = tokenOf({ kind: 'fcm', fate, phone: 'alice' })
      const { EndpointArn = '' } = await client.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token }))
      for (let i = 0; i < pushes; i++) await client.send(commandOf(EndpointArn, callPush({ platform: 'GCM' }, CALL)))
    }
    await clock.advance(0)
    return { statuses: records.map(([, { status }]) => status), told: events.map(({ EventType }, i) => [EventType, topics[i]]) }
  }

  test('nothing: neither records nor events', async () => {
    expect(await push({})).toEqual({ statuses: [], told: [] })
  })

  test.each([
    [{ SuccessFeedbackRoleArn: ROLE }, ['SUCCESS']],
    [{ FailureFeedbackRoleArn: ROLE }, ['FAILURE']],
    [{ SuccessFeedbackRoleArn: ROLE, FailureFeedbackRoleArn: ROLE }, ['SUCCESS', 'FAILURE']],
    [{ SuccessFeedbackRoleArn: ROLE, FailureFeedbackRoleArn: ROLE, SuccessFeedbackSampleRate: '0' }, ['FAILURE']],
  ])('records with %j', async (attributes, statuses) => {
    expect((await push(attributes)).statuses).toEqual(statuses)
  })

  test('half of the successes', async () => {
    const { statuses } = await push({ SuccessFeedbackRoleArn: ROLE, SuccessFeedbackSampleRate: '50' }, 100)
    // 20 of 100 at 50 %: less than once in a thousand million runs.
    expect(statuses.length).toBeGreaterThan(20)
    expect(statuses.length).toBeLessThan(80)
  })

  test.each([
    [{ EventDeliveryFailure: topicOf('f') }, [['DeliveryFailure', topicOf('f')]]],
    [{ EventEndpointUpdated: topicOf('u') }, [['EndpointUpdated', topicOf('u')]]],
    [
      { EventDeliveryFailure: topicOf('f'), EventEndpointUpdated: topicOf('u') },
      [
        ['DeliveryFailure', topicOf('f')],
        ['EndpointUpdated', topicOf('u')],
      ],
    ],
  ])('events with %j', async (attributes, told) => {
    expect((await push(attributes)).told).toEqual(told)
  })
})

describe('a dead token', () => {
  test.each([
    ['unregistered at Apple', { platform: 'APNS_VOIP', fate: 'unregistered' }, 410, 'Unregistered'],
    ["Apple's sandbox token", { platform: 'APNS_VOIP', fate: 'wrong_environment' }, 400, 'BadDeviceToken'],
    ['an alert token for VoIP', { platform: 'APNS_VOIP', kind: 'alert' }, 400, 'DeviceTokenNotForTopic'],
    ['unregistered at Google', { platform: 'GCM', fate: 'unregistered' }, 404, 'UNREGISTERED'],
    ['a token of another sender', { platform: 'GCM', fate: 'wrong_environment' }, 403, 'SENDER_ID_MISMATCH'],
  ] as const)('%s: the endpoint is disabled and both events come', async (_, setting, statusCode, reason) => {
    const { ring, clock, records, events, enabled, EndpointArn, PlatformApplicationArn } = await start(setting)
    const messageId = await ring()
    await clock.advance(0)
    expect(records).toMatchObject([
      [
        `sns/eu-west-1/123456789012/app/${setting.platform}/phone/Failure`,
        { status: 'FAILURE', delivery: { statusCode, attempts: 1, providerResponse: expect.stringContaining(reason) } },
      ],
    ])
    const common = { EndpointArn, Resource: PlatformApplicationArn, Service: 'SNS', Time: '2026-01-26T23:07:39.540Z' }
    expect(events).toEqual([
      {
        ...common,
        EventType: 'DeliveryFailure',
        FailureType: 'InvalidPlatformToken',
        FailureMessage: 'Platform token associated with the endpoint is not valid',
        MessageId: messageId,
        DeliveryAttempts: 1,
      },
      { ...common, EventType: 'EndpointUpdated', Enabled: 'false' },
    ])
    expect(await enabled()).toBe('false')
    await expect(ring()).rejects.toMatchObject({ name: 'EndpointDisabledException' })
  })

  test('of two pushes in flight the second finds the endpoint disabled', async () => {
    const { ring, clock, events } = await start({ fate: 'unregistered' })
    await ring()
    await ring()
    await clock.advance(0)
    const failures = events.map((event) => ('FailureType' in event ? event.FailureType : event.EventType))
    expect(failures).toEqual(['InvalidPlatformToken', 'EndpointUpdated', 'EndpointDisabled'])
  })
})

describe('a push that is wrong', () => {
  test.each([
    [
      'a VoIP push to the wrong topic',
      'APNS_VOIP',
      { apns: { pushType: 'voip', priority: '10', topic: 'com.example.phone' } },
      'InvalidNotification',
    ],
    [
      "another app's topic",
      'APNS_VOIP',
      { apns: { pushType: 'voip', priority: '10', topic: 'com.example.other.voip' } },
      'DeliveryFailedPerm',
    ],
    ['FCM data that are no strings', 'GCM', { body: '{"fcmV1Message":{"message":{"data":{"n":1}}}}' }, 'InvalidNotification'],
  ] as const)('%s fails and leaves the endpoint enabled', async (_, platform, changes, failure) => {
    const { ring, clock, events, enabled, kinds } = await start({ platform })
    await ring(changes)
    await clock.advance(0)
    expect(events).toMatchObject([{ EventType: 'DeliveryFailure', FailureType: failure }])
    expect(await enabled()).toBe('true')
    expect(kinds()).toEqual([])
  })

  test('an inferred push type is never voip', async () => {
    const { client, clock, EndpointArn, records } = await start()
    const Message = JSON.stringify({ APNS_VOIP: '{"aps":{}}' })
    const MessageAttributes = { 'AWS.SNS.MOBILE.APNS.TOPIC': string('com.example.phone.voip') }
    await client.send(new PublishCommand({ TargetArn: EndpointArn, Message, MessageStructure: 'json', MessageAttributes }))
    await clock.advance(0)
    expect(records[0]?.[1].delivery.providerResponse).toContain('InvalidPushType')
  })
})

describe('retries', () => {
  test.each(['APNS_VOIP', 'GCM'] as const)('a push that %s throttled is delivered by the next attempt', async (platform) => {
    const { ring, clock, records, kinds } = await start({ platform, fate: 'throttled' })
    await ring()
    await clock.advance(9999)
    expect([records, kinds()]).toEqual([[], []])
    await clock.advance(5000)
    expect(records).toMatchObject([[expect.anything(), { status: 'SUCCESS', delivery: { attempts: 2, dwellTimeMs: 0 } }]])
    expect(kinds()).toEqual(['push', 'waking', 'ringing'])
  })

  test.each(['APNS_VOIP', 'GCM'] as const)('end with the TTL when %s stays away', async (platform) => {
    const { ring, clock, records, events, enabled } = await start({ platform, fate: 'unavailable' })
    await ring()
    await clock.advance(29_999)
    expect(events).toEqual([])
    await clock.advance(1)
    expect(events).toMatchObject([{ FailureType: 'NotificationTTLExpired', DeliveryAttempts: 3 }])
    expect(records).toMatchObject([[expect.anything(), { status: 'FAILURE', delivery: { statusCode: 503, attempts: 3 } }]])
    expect(await enabled()).toBe('true')
  })

  test('a TTL of 0 has run out for VoIP before the first attempt', async () => {
    const { ring, clock, events, kinds } = await start()
    await ring({ ttlSeconds: 0 })
    await clock.advance(0)
    expect(events).toMatchObject([{ FailureType: 'NotificationTTLExpired', DeliveryAttempts: 0 }])
    expect(kinds()).toEqual([])
  })

  test('a TTL of 0 is "now or never" for the other platforms', async () => {
    const { ring, clock, events } = await start({ platform: 'GCM', fate: 'unavailable' })
    await ring({ ttlSeconds: 0 })
    await clock.advance(0)
    expect(events).toMatchObject([{ FailureType: 'DependencyUnavailable', DeliveryAttempts: 1 }])
  })

  test('without a TTL they go on for hours, and the 50th is the last', () => {
    const delays = Array.from({ length: 49 }, (_, i) => retryDelayMs(i + 1))
    expect(delays.slice(0, 2)).toEqual([10_000, 10_000])
    expect(delays.slice(11)).toEqual(Array(38).fill(600_000))
    expect(delays).toEqual(delays.toSorted((a, b) => a - b))
  })

  test('stop when the endpoint is disabled meanwhile', async () => {
    const { client, ring, clock, events, EndpointArn } = await start({ fate: 'unavailable' })
    await ring()
    await clock.advance(0)
    await client.send(new SetEndpointAttributesCommand({ EndpointArn, Attributes: { Enabled: 'false' } }))
    await clock.advance(10_000)
    expect(events).toMatchObject([{ EventType: 'EndpointUpdated' }, { FailureType: 'EndpointDisabled', DeliveryAttempts: 1 }])
  })

  test('a slow provider delays the push, not the publish', async () => {
    const { ring, clock, records, kinds } = await start({ fate: 'slow' })
    await ring()
    await clock.advance(2999)
    expect([records, kinds()]).toEqual([[], []])
    await clock.advance(5000)
    expect(records).toMatchObject([[expect.anything(), { status: 'SUCCESS' }]])
    expect(kinds()).toEqual(['push', 'waking', 'ringing'])
  })

  test('a provider that breaks is an unexpected failure', async () => {
    const { ring, clock, events } = await start({ deliver: () => Promise.reject(new Error('broken')) })
    await ring()
    await clock.advance(0)
    expect(events).toMatchObject([{ FailureType: 'UnexpectedFailure', DeliveryAttempts: 1 }])
  })
})

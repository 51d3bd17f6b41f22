import { CreatePlatformEndpointCommand, PublishCommand } from '@aws-sdk/client-sns'
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../core/diagnosis.ts'
import type { DeliveryRecord } from '../../local/sns/records.ts'
import { tokenOf } from '../../local/tokens.ts'
import type { SnsPlatform } from '../../wire/payload.ts'
import { apps, synthesizeMonitoring } from '../lib/monitoring-stack.ts'
import { startSns } from '../local/sns-harness.ts'
import { filtersOf } from './filters.ts'

const { filters, measure } = filtersOf(synthesizeMonitoring({ apps: { phone: apps.phone } }))

/** Publishes through a simulated SNS to a provider that answers so, and gives the record that SNS wrote. */
async function recordOf(platform: SnsPlatform, answer: { status: number; reason?: string; body: string } | 'never') {
  const deliver = async () => (answer === 'never' ? { status: 503, body: '' } : answer)
  const { client, clock, createApplication, records } = await startSns({ deliver })
  const PlatformApplicationArn = createApplication(platform, 'phone', 'com.example.phone')
  const Token = tokenOf({ kind: platform === 'GCM' ? 'fcm' : 'voip', fate: 'accept', phone: 'alice' })
  const { EndpointArn } = await client.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token }))
  const Message = JSON.stringify({ [platform]: JSON.stringify(platform === 'GCM' ? { data: {} } : { aps: {} }) })
  const MessageAttributes = { [`AWS.SNS.MOBILE.${platform}.TTL`]: { DataType: 'String', StringValue: '15' } }
  await client.send(new PublishCommand({ TargetArn: EndpointArn, MessageStructure: 'json', Message, MessageAttributes }))
  await clock.advance(20_000)
  const [[group, record] = ['', {} as DeliveryRecord]] = records
  return { group, record }
}

const apple = (status: number, reason: string) => ({ status, reason, body: JSON.stringify({ reason }) })
const google = (code: number, status: string, message: string, errorCode?: string) => ({
  status: code,
  ...(errorCode && { reason: errorCode }),
  body: JSON.stringify({
    error: {
      code,
      message,
      status,
      ...(errorCode && { details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }] }),
    },
  }),
})

const named = ({ name, dimensions }: { name: string; dimensions: object }) =>
  Object.keys(dimensions).length > 0 ? `${name} by status` : name

const REFUSALS = [
  ['APNS_VOIP', apple(403, 'InvalidProviderToken'), 'VoipCredentialsRefused'],
  ['APNS_VOIP', apple(403, 'ExpiredProviderToken'), 'VoipCredentialsRefused'],
  ['APNS_VOIP', apple(403, 'MissingProviderToken'), 'VoipCredentialsRefused'],
  ['APNS_VOIP', apple(403, 'BadCertificate'), 'VoipCredentialsRefused'],
  ['APNS', apple(403, 'BadCertificateEnvironment'), 'AlertCredentialsRefused'],
  ['APNS', apple(403, 'Forbidden'), 'AlertCredentialsRefused'],
  ['GCM', google(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'), 'FcmCredentialsRefused'],
  ['GCM', google(401, 'UNAUTHENTICATED', 'Auth error from APNS', 'THIRD_PARTY_AUTH_ERROR'), 'FcmCredentialsRefused'],
  [
    'GCM',
    google(403, 'PERMISSION_DENIED', "Permission 'cloudmessaging.messages.create' denied on resource 'projects/p'."),
    'FcmCredentialsRefused',
  ],
  ['APNS_VOIP', apple(400, 'DeviceTokenNotForTopic'), 'VoipWrongTopic'],
  ['APNS_VOIP', apple(400, 'TopicDisallowed'), 'VoipWrongTopic'],
  ['APNS', apple(400, 'BadTopic'), 'AlertWrongTopic'],
  ['APNS', apple(400, 'MissingTopic'), 'AlertWrongTopic'],
  ['APNS_VOIP', apple(400, 'BadDeviceToken'), 'VoipWrongEnvironment'],
  ['GCM', google(403, 'PERMISSION_DENIED', 'SenderId mismatch', 'SENDER_ID_MISMATCH'), 'FcmWrongEnvironment'],
  ['APNS_VOIP', apple(410, 'Unregistered'), 'VoipUnregistered'],
  ['GCM', google(404, 'NOT_FOUND', 'Requested entity was not found.', 'UNREGISTERED'), 'FcmUnregistered'],
] as const

describe('a refusal', () => {
  test.each(REFUSALS)('%s %o counts as %s, once', async (platform, answer, metric) => {
    const { group, record } = await recordOf(platform, answer)
    const prefix = metric.replace(/(CredentialsRefused|WrongTopic|WrongEnvironment|Unregistered)$/, '')
    const points = measure(group, record)
    expect(points.map(named).sort()).toEqual([metric, `${prefix}Failed`, `${prefix}Failed by status`].sort())
    expect(points.find((point) => named(point) === `${prefix}Failed by status`)?.dimensions).toEqual({
      status: String(answer.status),
    })
  })

  test.each(REFUSALS)('%s %o is named alike in the trace of a call', (_, { body }, metric) => {
    const snake = metric
      .replace(/^(Voip|Alert|Fcm)/, '')
      .replace(/(?<=.)[A-Z]/g, '_$&')
      .toLowerCase()
    expect(diagnose(body)).toBe(snake)
  })

  test('of credentials is proven for every channel here: no test token brings one about', () => {
    const names = filters
      .map(({ transformation }) => transformation.MetricName)
      .filter((name) => name.endsWith('CredentialsRefused'))
    expect(new Set(REFUSALS.map(([, , metric]) => metric as string).filter((name) => names.includes(name)))).toEqual(
      new Set(names),
    )
    expect(names).toHaveLength(3)
  })

  test('of another kind counts as a failure only', async () => {
    const { group, record } = await recordOf('APNS_VOIP', apple(413, 'PayloadTooLarge'))
    expect(measure(group, record).map(named)).toEqual(['VoipFailed', 'VoipFailed by status'])
  })
})

test('a push whose time ran out before it was handed over has no status, and is a failure all the same', async () => {
  const { group, record } = await recordOf('GCM', 'never')
  const { statusCode, ...delivery } = record.delivery
  expect(statusCode).toBe(503)
  expect(measure(group, { ...record, delivery }).map(named)).toEqual(['FcmFailed'])
})

test.each(['APNS_VOIP', 'APNS', 'GCM'] as const)('what %s took is counted, with its dwell', async (platform) => {
  const { group, record } = await recordOf(platform, { status: 200, body: '{}' })
  const prefix = { APNS_VOIP: 'Voip', APNS: 'Alert', GCM: 'Fcm' }[platform]
  expect(measure(group, record)).toEqual([
    { name: `${prefix}Delivered`, dimensions: {}, value: 1 },
    { name: `${prefix}Dwell`, dimensions: {}, value: record.delivery.dwellTimeMs },
  ])
})

describe('every filter', () => {
  test.each(filters)('$pattern is within the limits of CloudWatch', ({ pattern, transformation }) => {
    expect(pattern.length).toBeLessThanOrEqual(1024)
    expect(transformation.Dimensions?.length ?? 0).toBeLessThanOrEqual(3)
    expect(transformation).not.toHaveProperty('DefaultValue')
  })

  test('no dimension of a delivery is made of anything but the status: tokens, ARNs and words have no bounds', () => {
    const ofDeliveries = filters.filter(({ pattern }) => !pattern.includes('$.message'))
    const selectors = ofDeliveries.flatMap(({ transformation }) => transformation.Dimensions?.map(({ Value }) => Value) ?? [])
    expect(new Set(selectors)).toEqual(new Set(['$.delivery.statusCode']))
  })
})

import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  PublishCommand,
  type PublishCommandInput,
  SetEndpointAttributesCommand,
  SetPlatformApplicationAttributesCommand,
} from '@aws-sdk/client-sns'
import { describe, expect, test } from 'vitest'
import { tokenOf } from '../../local/tokens.ts'
import { PAYLOAD_LIMITS, type SnsPlatform } from '../../wire/payload.ts'
import { startSns } from './sns-harness.ts'

const PLATFORMS = Object.keys(PAYLOAD_LIMITS) as SnsPlatform[]

async function start(platform: SnsPlatform = 'APNS_VOIP', settings: Parameters<typeof startSns>[0] = {}) {
  const sns = await startSns(settings)
  const application = sns.createApplication(platform, 'phone', 'com.example.phone.voip')
  const kind = platform === 'GCM' ? 'fcm' : 'voip'
  const Token = tokenOf({ kind, fate: 'accept', phone: 'alice' })
  const created = await sns.client.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn: application, Token }))
  const endpoint = created.EndpointArn as string
  const publish = (input: Partial<PublishCommandInput>) =>
    sns.client.send(
      new PublishCommand({
        TargetArn: endpoint,
        Message: json({ [platform]: '{"aps":{}}' }),
        MessageStructure: 'json',
        ...input,
      }),
    )
  return { ...sns, application, target: endpoint, publish }
}

const json = (message: object) => JSON.stringify(message)
const string = (StringValue: string) => ({ DataType: 'String', StringValue })
const payloadOf = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`

describe('Publish', () => {
  test('answers a message id, before anything is delivered', async () => {
    const { publish, clock, records } = await start()
    const { MessageId } = await publish({})
    expect(MessageId).toMatch(/^[0-9a-f-]{36}$/)
    expect(records).toEqual([])
    await clock.advance(0)
    expect(records).toMatchObject([[expect.any(String), { notification: { messageId: MessageId } }]])
  })

  test.each([
    ['no target', { TargetArn: undefined }, 'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter'],
    ['a phone number', { TargetArn: undefined, PhoneNumber: '+442079460000' }, /^Invalid parameter: PhoneNumber Reason: /],
    [
      'an endpoint that never was',
      { TargetArn: 'arn:aws:sns:eu-west-1:123456789012:endpoint/APNS_VOIP/phone/0' },
      'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
    ],
    ['an empty message', { Message: '' }, 'Invalid parameter: Empty message'],
    ['a message over 256 KiB', { Message: 'x'.repeat(256 * 1024 + 1) }, 'Invalid parameter: Message too long'],
    ['another structure', { MessageStructure: 'xml' }, /^Invalid parameter: MessageStructure Reason: /],
    ['broken JSON', { Message: '{' }, 'Invalid parameter: Message Structure - JSON message body failed to parse'],
    ['a JSON array', { Message: '["APNS_VOIP"]' }, 'Invalid parameter: Message Structure - JSON message body failed to parse'],
    [
      'the key of another platform',
      { Message: json({ APNS: '{"aps":{}}' }) },
      "Invalid parameter: JSON must contain an entry for 'default' or 'APNS_VOIP'.",
    ],
    [
      'a payload that was not encoded twice',
      { Message: json({ APNS_VOIP: { aps: {} } }) },
      "Invalid parameter: JSON must contain an entry for 'default' or 'APNS_VOIP'.",
    ],
    ['a payload that is no JSON', { Message: json({ APNS_VOIP: 'hello' }) }, /^Invalid parameter: Message Reason: .* malformed$/],
  ])('refuses %s', async (_, wrong, message) => {
    const { publish, clock, records } = await start()
    await expect(publish(wrong as Partial<PublishCommandInput>)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      Code: 'InvalidParameter',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
    await clock.advance(0)
    expect(records).toEqual([])
  })

  test('to a topic is NotFound: there are none', async () => {
    const { publish } = await start()
    const topic = { TargetArn: undefined, TopicArn: 'arn:aws:sns:eu-west-1:123456789012:topic' }
    await expect(publish(topic)).rejects.toMatchObject({ name: 'NotFoundException' })
  })

  test.each(['json', undefined])('takes the default text, MessageStructure %s', async (MessageStructure) => {
    const { publish } = await start()
    await publish({ Message: MessageStructure ? json({ default: 'hello' }) : 'hello', MessageStructure })
  })
})

describe('the size limit', () => {
  test.each(PLATFORMS)('of %s is kept to the byte', async (platform) => {
    const { publish } = await start(platform)
    const limit = PAYLOAD_LIMITS[platform]
    await publish({ Message: json({ [platform]: payloadOf(limit) }) })
    await expect(publish({ Message: json({ [platform]: payloadOf(limit + 1) }) })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Invalid parameter: Message Reason: Invalid notification for protocol ${platform}: ${
        platform === 'GCM' ? 'Notification data is larger than allowed limit' : 'Notification is too long'
      }`,
    })
  })
})

describe('an endpoint that cannot be published to', () => {
  test('disabled: EndpointDisabled, until it is enabled again', async () => {
    const { client, publish, target } = await start()
    const enable = (Enabled: string) =>
      client.send(new SetEndpointAttributesCommand({ EndpointArn: target, Attributes: { Enabled } }))
    await enable('false')
    await expect(publish({})).rejects.toMatchObject({
      name: 'EndpointDisabledException',
      Code: 'EndpointDisabled',
      message: 'Endpoint is disabled',
    })
    await enable('true')
    await publish({})
  })

  test('deleted: InvalidParameter, not NotFound', async () => {
    const { client, publish, target } = await start()
    await client.send(new DeleteEndpointCommand({ EndpointArn: target }))
    await expect(publish({})).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified',
    })
  })

  test('its application disabled: PlatformApplicationDisabled', async () => {
    const { client, publish, application } = await start()
    const disable = { PlatformApplicationArn: application, Attributes: { Enabled: 'false' } }
    await client.send(new SetPlatformApplicationAttributesCommand(disable))
    await expect(publish({})).rejects.toMatchObject({
      name: 'PlatformApplicationDisabledException',
      Code: 'PlatformApplicationDisabled',
    })
  })

  test("another account's: AuthorizationError", async () => {
    const { publish, target } = await start()
    await expect(publish({ TargetArn: target.replace('123456789012', '210987654321') })).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      Code: 'AuthorizationError',
      $metadata: { httpStatusCode: 403 },
    })
  })
})

describe('message attributes', () => {
  const names = [
    ...PLATFORMS.map((platform) => `AWS.SNS.MOBILE.${platform}.TTL`),
    ...['PUSH_TYPE', 'PRIORITY', 'TOPIC', 'COLLAPSE_ID'].map((name) => `AWS.SNS.MOBILE.APNS.${name}`),
    'colour',
  ]
  test.each(names)('%s is known', async (name) => {
    const { publish } = await start()
    await publish({ MessageAttributes: { [name]: string('10') } })
  })

  test.each([
    ['a reserved name that is none', { 'AWS.SNS.MOBILE.APNS_VOIP.TOPIC': string('com.example.phone.voip') }],
    ['a TTL of no platform', { 'AWS.SNS.MOBILE.FCM.TTL': string('30') }],
    ['a number', { 'AWS.SNS.MOBILE.APNS.PRIORITY': { DataType: 'Number', StringValue: '10' } }],
    ['an unknown type', { colour: { DataType: 'Colour', StringValue: 'red' } }],
    ['an empty value', { colour: string('') }],
    ['no value', { colour: { DataType: 'String' } }],
  ])('%s is refused', async (_, MessageAttributes) => {
    const { publish } = await start()
    await expect(publish({ MessageAttributes })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      Code: 'ParameterValueInvalid',
    })
  })

  test.each(['-1', '1.5', 'soon'])('a TTL of %s is refused', async (ttl) => {
    const { publish } = await start()
    const MessageAttributes = { 'AWS.SNS.MOBILE.APNS_VOIP.TTL': string(ttl) }
    await expect(publish({ MessageAttributes })).rejects.toMatchObject({ name: 'InvalidParameterException' })
  })
})

describe('the publish quota', () => {
  test('is counted by the second', async () => {
    const { publish, clock } = await start('APNS_VOIP', { publishPerSecond: 2 })
    await publish({})
    await publish({})
    await expect(publish({})).rejects.toMatchObject({
      name: 'ThrottledException',
      Code: 'Throttled',
      $metadata: { httpStatusCode: 429 },
    })
    await clock.advance(1000)
    await publish({})
  })
})

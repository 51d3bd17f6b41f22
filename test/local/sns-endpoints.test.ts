import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  GetEndpointAttributesCommand,
  SetEndpointAttributesCommand,
} from '@aws-sdk/client-sns'
import { describe, expect, test } from 'vitest'
import { tokenOf } from '../../local/tokens.ts'
import { startSns } from './sns-harness.ts'

const IPHONE = tokenOf({ kind: 'voip', fate: 'accept', phone: 'alice' })

async function start() {
  const sns = await startSns()
  const voip = sns.createApplication('APNS_VOIP', 'phone', 'com.example.phone.voip')
  const gcm = sns.createApplication('GCM', 'phone', '')
  const create = async (
    PlatformApplicationArn: string,
    Token: string,
    Attributes?: Record<string, string>,
    CustomUserData?: string,
  ) => {
    const command = new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token, Attributes, CustomUserData })
    return (await sns.client.send(command)).EndpointArn as string
  }
  const attributes = async (EndpointArn: string) =>
    (await sns.client.send(new GetEndpointAttributesCommand({ EndpointArn }))).Attributes
  const set = (EndpointArn: string, Attributes: Record<string, string>) =>
    sns.client.send(new SetEndpointAttributesCommand({ EndpointArn, Attributes }))
  return { ...sns, voip, gcm, create, attributes, set }
}

describe('CreatePlatformEndpoint', () => {
  test('answers an ARN below its application', async () => {
    const { create, voip } = await start()
    expect(await create(voip, IPHONE)).toMatch(/^arn:aws:sns:eu-west-1:123456789012:endpoint\/APNS_VOIP\/phone\/[0-9a-f-]{36}$/)
  })

  test('the same token with the same attributes is the same endpoint', async () => {
    const { create, voip } = await start()
    const first = await create(voip, IPHONE, { Enabled: 'true' }, 'alice')
    expect(await create(voip, IPHONE.toUpperCase(), { Enabled: 'true' }, 'alice')).toBe(first)
    expect(await create(voip, IPHONE, {}, 'alice')).toBe(first)
  })

  test('the same token in another application is another endpoint', async () => {
    const { create, voip, createApplication } = await start()
    const sandbox = createApplication('APNS_VOIP_SANDBOX', 'phone', 'com.example.phone.voip')
    expect(await create(voip, IPHONE)).not.toBe(await create(sandbox, IPHONE))
  })

  test.each([
    ['other user data', {}, 'bob'],
    ['Enabled that differs', { Enabled: 'false' }, 'alice'],
  ])('the same token with %s is refused', async (_, attributes, customUserData) => {
    const { create, voip } = await start()
    const arn = await create(voip, IPHONE, {}, 'alice')
    await expect(create(voip, IPHONE, attributes, customUserData)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      Code: 'InvalidParameter',
      $metadata: { httpStatusCode: 400 },
      message: `Invalid parameter: Token Reason: Endpoint ${arn} already exists with the same Token, but different attributes.`,
    })
  })

  test('succeeds on a disabled endpoint and leaves it disabled', async () => {
    const { create, set, attributes, voip } = await start()
    const arn = await create(voip, IPHONE)
    await set(arn, { Enabled: 'false' })
    expect(await create(voip, IPHONE)).toBe(arn)
    expect(await attributes(arn)).toEqual({ Enabled: 'false', Token: IPHONE })
    await set(arn, { Enabled: 'true' })
    expect(await attributes(arn)).toEqual({ Enabled: 'true', Token: IPHONE })
  })

  test('answers an iOS token in lower case, an FCM token as it is', async () => {
    const { create, attributes, voip, gcm } = await start()
    expect(await attributes(await create(voip, 'ABCDEF00'))).toMatchObject({ Token: 'abcdef00' })
    expect(await attributes(await create(gcm, 'Abc:<&>"'))).toMatchObject({ Token: 'Abc:<&>"' })
  })

  const APPLE = 'Invalid parameter: Token Reason: iOS device tokens must be no more than 400 hexadecimal characters'
  test('takes tokens up to their limits', async () => {
    const { create, voip, gcm } = await start()
    await create(voip, 'a'.repeat(400))
    await create(gcm, 'é'.repeat(4096))
  })
  test.each([
    ['an iOS token of 401 characters', 'voip', 'a'.repeat(401), APPLE],
    ['an FCM token for an iPhone', 'voip', 'wakecall:fcm:accept:bob', APPLE],
    [
      'an FCM token over 8192 bytes',
      'gcm',
      'é'.repeat(4097),
      'Invalid parameter: Token Reason: must be at most 8192 bytes long in UTF-8 encoding',
    ],
    ['no token', 'gcm', '', 'Invalid parameter: Token Reason: no value for required parameter'],
  ] as const)('refuses %s', async (_, application, token, message) => {
    const { create, ...arns } = await start()
    await expect(create(arns[application], token)).rejects.toMatchObject({ name: 'InvalidParameterException', message })
  })

  test('refuses an application that is not there', async () => {
    const { create, gcm } = await start()
    await expect(create(`${gcm}2`, 'token')).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'PlatformApplication does not exist',
    })
  })
})

describe('SetEndpointAttributes', () => {
  test('changes token, user data and Enabled, and tells it', async () => {
    const { create, set, attributes, gcm, events } = await start()
    const arn = await create(gcm, 'old-token')
    await set(arn, { Token: 'new-token', CustomUserData: 'x'.repeat(2048), Enabled: 'FALSE' })
    expect(await attributes(arn)).toEqual({ Token: 'new-token', CustomUserData: 'x'.repeat(2048), Enabled: 'false' })
    expect(await create(gcm, 'old-token')).not.toBe(arn)
    expect(events).toEqual([
      {
        EventType: 'EndpointUpdated',
        EndpointArn: arn,
        Resource: gcm,
        Service: 'SNS',
        Time: '2026-01-26T23:07:39.540Z',
        Enabled: 'false',
      },
    ])
  })

  test.each([
    [{ CustomUserData: 'x'.repeat(2049) }, /CustomUserData: must be at most 2048 bytes long in UTF-8 encoding$/],
    [{ Enabled: 'yes' }, /Invalid value for attribute: Enabled/],
    [{ Colour: 'red' }, /Invalid attribute name: Colour$/],
    [{ Token: 'taken' }, /already exists with the same Token/],
  ])('refuses what SNS refuses: %#', async (wrong, message) => {
    const { create, set, attributes, gcm, events } = await start()
    await create(gcm, 'taken')
    const arn = await create(gcm, 'token')
    await expect(set(arn, wrong as Record<string, string>)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(message),
    })
    expect(await attributes(arn)).toEqual({ Token: 'token', Enabled: 'true' })
    expect(events).toEqual([])
  })
})

describe('DeleteEndpoint', () => {
  test('may be repeated; afterwards the endpoint is NotFound and its token free', async () => {
    const { client, create, set, attributes, gcm } = await start()
    const arn = await create(gcm, 'token')
    await client.send(new DeleteEndpointCommand({ EndpointArn: arn }))
    await client.send(new DeleteEndpointCommand({ EndpointArn: arn }))
    await expect(attributes(arn)).rejects.toMatchObject({ name: 'NotFoundException', message: 'Endpoint does not exist' })
    await expect(set(arn, { Enabled: 'true' })).rejects.toMatchObject({ name: 'NotFoundException', Code: 'NotFound' })
    expect(await create(gcm, 'token')).not.toBe(arn)
  })
})

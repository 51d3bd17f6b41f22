import {
  CreatePlatformApplicationCommand,
  CreatePlatformEndpointCommand,
  DeletePlatformApplicationCommand,
  GetEndpointAttributesCommand,
  GetPlatformApplicationAttributesCommand,
  ListEndpointsByPlatformApplicationCommand,
  ListPlatformApplicationsCommand,
  SetPlatformApplicationAttributesCommand,
} from '@aws-sdk/client-sns'
import { describe, expect, test } from 'vitest'
import { simulatedCredentials } from '../../local/sns/credentials.ts'
import type { SnsPlatform } from '../../wire/payload.ts'
import { startSns } from './sns-harness.ts'

const create = (Platform: SnsPlatform, Name = 'phone', more: Record<string, string> = {}) =>
  new CreatePlatformApplicationCommand({
    Name,
    Platform,
    Attributes: { ...simulatedCredentials(Platform, 'com.example.phone'), ...more },
  })

describe('CreatePlatformApplication', () => {
  test.each(['APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX', 'GCM'] as const)(
    '%s answers its ARN',
    async (platform) => {
      const { client } = await startSns()
      const { PlatformApplicationArn } = await client.send(create(platform))
      expect(PlatformApplicationArn).toBe(`arn:aws:sns:eu-west-1:123456789012:app/${platform}/phone`)
    },
  )

  test('the same name and properties answer the same ARN, other properties are refused', async () => {
    const { client } = await startSns()
    const first = await client.send(create('APNS'))
    const again = await client.send(create('APNS'))
    expect(again.PlatformApplicationArn).toBe(first.PlatformApplicationArn)
    await expect(client.send(create('APNS', 'phone', { ApplePlatformTeamID: 'OTHERTEAM0' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
      Code: 'InvalidParameter',
      message: 'Invalid parameter: Name Reason: An application with the same name but different properties already exists',
    })
  })

  test.each([
    ['another platform', { Platform: 'BAIDU' }, 'Invalid parameter: Platform Reason: BAIDU is not supported'],
    ['a bad name', { Name: 'my phone' }, /^Invalid parameter: Name Reason: /],
    ['no name', { Name: '' }, 'Invalid parameter: Name Reason: no value for required parameter'],
    [
      'an unknown attribute',
      { Attributes: { ...simulatedCredentials('APNS', 'a'), Colour: 'red' } },
      'Invalid parameter: Attributes Reason: Invalid attribute name: Colour',
    ],
    [
      'half of the credentials',
      { Attributes: { PlatformCredential: '-----BEGIN PRIVATE KEY-----' } },
      'Invalid parameter: Attributes Reason: Platform credentials are invalid',
    ],
    [
      'an FCM server key of old',
      { Platform: 'GCM', Attributes: { PlatformCredential: 'AIza' } },
      'Invalid parameter: Attributes Reason: Platform credentials are invalid',
    ],
  ])('refuses %s', async (_, wrong, message) => {
    const { client } = await startSns()
    const command = new CreatePlatformApplicationCommand({
      Name: 'phone',
      Platform: 'APNS',
      Attributes: simulatedCredentials('APNS', 'com.example.phone'),
      ...wrong,
    })
    await expect(client.send(command)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })
})

describe('attributes of an application', () => {
  test('are set and shown, without the credentials', async () => {
    const { client } = await startSns()
    const { PlatformApplicationArn } = await client.send(create('APNS_VOIP'))
    await client.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes: { Enabled: 'false' } }))
    const { Attributes } = await client.send(new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn }))
    expect(Attributes).toEqual({
      Enabled: 'false',
      ApplePlatformTeamID: 'SIMULATED0',
      ApplePlatformBundleID: 'com.example.phone',
    })
  })

  test('a credential that is none is refused and changes nothing', async () => {
    const { client } = await startSns()
    const { PlatformApplicationArn } = await client.send(create('APNS'))
    const broken = { PlatformCredential: 'not a key', ApplePlatformBundleID: 'com.example.other' }
    await expect(
      client.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes: broken })),
    ).rejects.toMatchObject({
      message: 'Invalid parameter: Attributes Reason: Platform credentials are invalid',
    })
    const { Attributes } = await client.send(new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn }))
    expect(Attributes?.ApplePlatformBundleID).toBe('com.example.phone')
  })

  test('an application that is not there is NotFound', async () => {
    const { client } = await startSns()
    const PlatformApplicationArn = 'arn:aws:sns:eu-west-1:123456789012:app/APNS/nobody'
    await expect(client.send(new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
      Code: 'NotFound',
      message: 'PlatformApplication does not exist',
    })
  })

  test.each([
    ['no ARN', 'phone', 'InvalidParameterException'],
    ['another region', 'arn:aws:sns:us-east-1:123456789012:app/APNS/phone', 'InvalidParameterException'],
    ['another account', 'arn:aws:sns:eu-west-1:210987654321:app/APNS/phone', 'AuthorizationErrorException'],
  ])('%s is refused', async (_, PlatformApplicationArn, name) => {
    const { client } = await startSns()
    await expect(client.send(new GetPlatformApplicationAttributesCommand({ PlatformApplicationArn }))).rejects.toMatchObject({
      name,
    })
  })
})

describe('lists', () => {
  test('show applications and endpoints page by page', async () => {
    const { client, createApplication } = await startSns()
    const PlatformApplicationArn = createApplication('GCM', 'phone', '')
    for (let i = 0; i < 101; i++) {
      await client.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: `token-${i}` }))
    }
    const applications = await client.send(new ListPlatformApplicationsCommand({}))
    expect(applications).toMatchObject({ PlatformApplications: [{ PlatformApplicationArn, Attributes: { Enabled: 'true' } }] })
    expect(applications.NextToken).toBeUndefined()
    const first = await client.send(new ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn }))
    expect(first.Endpoints).toHaveLength(100)
    const { NextToken } = first
    const second = await client.send(new ListEndpointsByPlatformApplicationCommand({ PlatformApplicationArn, NextToken }))
    expect(second).toMatchObject({ Endpoints: [{ Attributes: { Token: 'token-100', Enabled: 'true' } }] })
    expect(second.NextToken).toBeUndefined()
  })
})

describe('DeletePlatformApplication', () => {
  test('takes its endpoints along, and may be repeated', async () => {
    const { client, createApplication } = await startSns()
    const PlatformApplicationArn = createApplication('GCM', 'phone', '')
    const endpoint = await client.send(new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token: 'token' }))
    await client.send(new DeletePlatformApplicationCommand({ PlatformApplicationArn }))
    await client.send(new DeletePlatformApplicationCommand({ PlatformApplicationArn }))
    await expect(client.send(new GetEndpointAttributesCommand({ EndpointArn: endpoint.EndpointArn }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Endpoint does not exist',
    })
  })
})

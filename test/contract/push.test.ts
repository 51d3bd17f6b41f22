import { randomUUID } from 'node:crypto'
import {
  GetEndpointAttributesCommand,
  SetEndpointAttributesCommand,
  SetPlatformApplicationAttributesCommand,
} from '@aws-sdk/client-sns'
import { describe, expect, test } from 'vitest'
import { PAYLOAD_LIMITS, type PlatformPush, type SnsPlatform } from '../../wire/payload.ts'
import { simulatedSns, useSns } from './sns.ts'

const simulated = simulatedSns(1000)
const { aws } = useSns(simulated.server)

const anApplication = (platform: SnsPlatform) =>
  simulated.createApplication(platform, `phone-${randomUUID()}`, 'com.example.phone')
const aToken = () => randomUUID().replaceAll('-', '')

async function anEndpoint(platform: SnsPlatform = 'GCM') {
  const application = anApplication(platform)
  const token = aToken()
  return { application, token, arn: await aws().endpoints.create(application, token) }
}

const pushTo = (platform: SnsPlatform, more: Partial<PlatformPush> = {}): PlatformPush => ({
  platform,
  body: platform === 'GCM' ? '{"fcmV1Message":{"message":{"data":{"a":"b"}}}}' : '{"aps":{}}',
  ttlSeconds: 30,
  ...(platform === 'GCM' ? {} : { apns: { pushType: 'voip', priority: '10', topic: 'com.example.phone.voip' } }),
  ...more,
})

const publish = (arn: string, push: PlatformPush, timeoutMs = 2000) => aws().pusher.publish(arn, push, timeoutMs)

const attributesOf = async (arn: string) =>
  (await aws().sns.send(new GetEndpointAttributesCommand({ EndpointArn: arn }))).Attributes ?? {}
const disable = (arn: string) =>
  aws().sns.send(new SetEndpointAttributesCommand({ EndpointArn: arn, Attributes: { Enabled: 'false' } }))

describe('publish', () => {
  test.each(Object.keys(PAYLOAD_LIMITS) as SnsPlatform[])('a push to %s is accepted with its message id', async (platform) => {
    const { arn } = await anEndpoint(platform)
    expect(await publish(arn, pushTo(platform))).toEqual({
      kind: 'accepted',
      messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('a deleted endpoint is gone', async () => {
    const { arn } = await anEndpoint()
    await aws().endpoints.remove(arn)
    expect(await publish(arn, pushTo('GCM'))).toEqual({ kind: 'gone', reason: 'endpoint_deleted' })
  })

  test('a disabled endpoint is gone', async () => {
    const { arn } = await anEndpoint()
    await disable(arn)
    expect(await publish(arn, pushTo('GCM'))).toEqual({ kind: 'gone', reason: 'endpoint_disabled' })
  })

  test('a disabled platform application is ours to mend: it loses no device', async () => {
    const { application, arn } = await anEndpoint()
    const Attributes = { Enabled: 'false' }
    await aws().sns.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn: application, Attributes }))
    expect(await publish(arn, pushTo('GCM'))).toEqual({ kind: 'rejected', reason: 'platform_application_disabled' })
  })

  test.each(Object.entries(PAYLOAD_LIMITS) as [SnsPlatform, number][])(
    '%s: %i bytes fit, one more is too large',
    async (platform, limit) => {
      const { arn } = await anEndpoint(platform)
      const bodyOf = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - '{"a":""}'.length) })
      expect((await publish(arn, pushTo(platform, { body: bodyOf(limit) }))).kind).toBe('accepted')
      const tooLarge = await publish(arn, pushTo(platform, { body: bodyOf(limit + 1) }))
      expect(tooLarge).toEqual({ kind: 'rejected', reason: 'payload_too_large' })
    },
  )

  test('a malformed payload is rejected', async () => {
    const { arn } = await anEndpoint()
    expect(await publish(arn, pushTo('GCM', { body: 'no JSON' }))).toEqual({ kind: 'rejected', reason: 'invalid_parameter' })
  })

  test('an empty attribute is rejected', async () => {
    const { arn } = await anEndpoint('APNS')
    const apns = { pushType: 'alert' as const, priority: '10' as const, topic: '' }
    expect(await publish(arn, pushTo('APNS', { apns }))).toEqual({ kind: 'rejected', reason: 'invalid_parameter' })
  })

  test('an endpoint of another account is not ours to push to', async () => {
    const { arn } = await anEndpoint()
    const foreign = arn.replace('123456789012', '210987654321')
    expect(await publish(foreign, pushTo('GCM'))).toEqual({ kind: 'rejected', reason: 'not_authorized' })
  })

  test('a time left that is no whole number of milliseconds is as good as one that is', async () => {
    const { arn } = await anEndpoint()
    expect(await publish(arn, pushTo('GCM'), 1999.5)).toMatchObject({ kind: 'accepted' })
  })
})

describe('endpoints', () => {
  test('the same token of the same application has one endpoint, another token or application another', async () => {
    const { application, token, arn } = await anEndpoint()
    expect(await aws().endpoints.create(application, token)).toBe(arn)
    expect(await aws().endpoints.create(application, aToken())).not.toBe(arn)
    expect(await aws().endpoints.create(anApplication('GCM'), token)).not.toBe(arn)
  })

  test('an Apple token in capitals is the same token', async () => {
    const { application, token, arn } = await anEndpoint('APNS_VOIP')
    expect(await aws().endpoints.create(application, token.toUpperCase())).toBe(arn)
  })

  test('an endpoint that somebody made with other attributes is the token’s endpoint all the same', async () => {
    const { application, token, arn } = await anEndpoint()
    await aws().sns.send(new SetEndpointAttributesCommand({ EndpointArn: arn, Attributes: { CustomUserData: 'by hand' } }))
    expect(await aws().endpoints.create(application, token)).toBe(arn)
  })

  test('creating leaves a disabled endpoint disabled, enabling enables it', async () => {
    const { application, token, arn } = await anEndpoint()
    await disable(arn)
    expect(await aws().endpoints.create(application, token)).toBe(arn)
    expect(await attributesOf(arn)).toMatchObject({ Enabled: 'false' })
    await aws().endpoints.enable(arn)
    expect(await attributesOf(arn)).toMatchObject({ Enabled: 'true' })
    expect((await publish(arn, pushTo('GCM'))).kind).toBe('accepted')
  })

  test('enabling says whether the endpoint is still there', async () => {
    const { arn } = await anEndpoint()
    expect(await aws().endpoints.enable(arn)).toBe(true)
    await aws().endpoints.remove(arn)
    expect(await aws().endpoints.enable(arn)).toBe(false)
  })

  test('removing twice is no error', async () => {
    const { arn } = await anEndpoint()
    await aws().endpoints.remove(arn)
    await aws().endpoints.remove(arn)
    await expect(attributesOf(arn)).rejects.toThrow('Endpoint does not exist')
  })

  test.each(['no hexadecimal digits', 'a'.repeat(401)])('a token that SNS does not take is refused', async (token) => {
    const creating = aws().endpoints.create(anApplication('APNS_VOIP'), token)
    await expect(creating).rejects.toMatchObject({ code: 'token_refused' })
    await expect(creating).rejects.not.toThrow(token)
  })

  test('a relay that is not authorized does not lay it on the token', async () => {
    const foreign = anApplication('GCM').replace('123456789012', '210987654321')
    await expect(aws().endpoints.create(foreign, aToken())).rejects.not.toMatchObject({ code: 'token_refused' })
  })

  test('nor does a relay whose platform application does not exist', async () => {
    const missing = `${anApplication('GCM')}-gone`
    await expect(aws().endpoints.create(missing, aToken())).rejects.not.toMatchObject({ code: 'token_refused' })
  })
})

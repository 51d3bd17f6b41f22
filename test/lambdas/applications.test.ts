import { beforeAll, describe, expect, test } from 'vitest'
import { APPLE_KEY, applicationArn, properties, useApplications } from '../contract/applications.ts'
import { appleCertificate, appleKey, serviceAccount } from '../contract/applications-credentials.ts'
import { everythingOf, leaks, useQuiet } from '../contract/applications-leaks.ts'
import { REFUSALS, type StoredSecret, secretArn } from '../contract/secrets.ts'

const { ports, refusals, requests, store } = useApplications()
useQuiet()
const attributesOf = (arn: string) => ports().applications.attributes(arn)

let handler: typeof import('../../lambdas/applications/handler.ts').handler
beforeAll(async () => {
  handler = (await import('../../lambdas/applications/handler.ts')).handler
})

type Properties = Record<string, unknown>
const create = (ResourceProperties: Properties) => handler({ RequestType: 'Create', RequestId: 'r', ResourceProperties })
const update = (PhysicalResourceId: string, ResourceProperties: Properties, OldResourceProperties = ResourceProperties) =>
  handler({ RequestType: 'Update', PhysicalResourceId, ResourceProperties, OldResourceProperties })
const remove = (PhysicalResourceId: string, ResourceProperties: Properties = {}) =>
  handler({ RequestType: 'Delete', PhysicalResourceId, ResourceProperties })

const voip = (name: string, secret: StoredSecret = { text: appleKey() }) => ({
  ...properties('APNS_VOIP', name, store(name, secret)),
  ...APPLE_KEY,
})
const actions = () => requests.map(({ action }) => action)

describe('Create', () => {
  test.each(['text', 'binary'] as const)('makes an application of the key in a secret (%s)', async (form) => {
    const wanted = voip(`of-${form}-form`, form === 'text' ? { text: appleKey() } : { binary: appleKey() })
    expect(await create(wanted)).toEqual({ PhysicalResourceId: wanted.ApplicationArn })
    expect(await attributesOf(wanted.ApplicationArn)).toEqual({
      Enabled: 'true',
      ApplePlatformTeamID: 'TEAM000000',
      ApplePlatformBundleID: 'com.example.phone.voip',
      SuccessFeedbackRoleArn: wanted.FeedbackRoleArn,
      FailureFeedbackRoleArn: wanted.FeedbackRoleArn,
      SuccessFeedbackSampleRate: '100',
      EventDeliveryFailure: wanted.EventTopicArn,
      EventEndpointUpdated: wanted.EventTopicArn,
    })
  })

  test.each([
    ['APNS_SANDBOX', 'apns-certificate', appleCertificate()],
    ['GCM', 'google-service-account', serviceAccount()],
  ])('makes one of %s of a secret that holds an %s', async (platform, Credential, text) => {
    const wanted = { ...properties(platform, 'made', store(platform, { text })), Credential }
    expect(await create(wanted)).toEqual({ PhysicalResourceId: applicationArn(platform, 'made') })
  })

  test('adopts the application that a former stack retained', async () => {
    const former = voip('retained')
    await create(former)
    const wanted = { ...voip('retained', { text: appleKey() }), SuccessSampleRate: '5' }
    expect(await create(wanted)).toEqual({ PhysicalResourceId: former.ApplicationArn })
    expect(await attributesOf(former.ApplicationArn)).toMatchObject({ SuccessFeedbackSampleRate: '5' })
  })
})

describe('Update', () => {
  test('hands a rotated key to SNS, all four credentials together', async () => {
    const wanted = voip('rotated')
    const { PhysicalResourceId } = await create(wanted)
    requests.length = 0
    const key = appleKey()
    store('rotated', { text: key })
    const rotated = { ...wanted, KeyId: 'KEY1111111', CredentialVersion: '2' }
    expect(await update(PhysicalResourceId, rotated, wanted)).toEqual({ PhysicalResourceId })
    expect(actions()).toEqual(['SetPlatformApplicationAttributes', 'GetPlatformApplicationAttributes'])
    const sent = [...(requests[0]?.body.values() ?? [])]
    expect(sent).toEqual(expect.arrayContaining([key, 'KEY1111111', 'TEAM000000', 'com.example.phone.voip']))
  })

  test('of its name makes another application, and leaves the first for CloudFormation to delete or retain', async () => {
    const before = voip('before')
    const { PhysicalResourceId } = await create(before)
    const after = await update(PhysicalResourceId, voip('after'), before)
    expect(after).toEqual({ PhysicalResourceId: applicationArn('APNS_VOIP', 'after') })
    expect(await attributesOf(PhysicalResourceId)).toMatchObject({ Enabled: 'true' })
    expect(await attributesOf(after.PhysicalResourceId)).toMatchObject({ Enabled: 'true' })
  })
})

describe('Delete', () => {
  test('deletes the application, once and again', async () => {
    const { PhysicalResourceId } = await create(voip('deleted'))
    for (const _ of ['once', 'again']) expect(await remove(PhysicalResourceId)).toEqual({ PhysicalResourceId })
    await expect(attributesOf(PhysicalResourceId)).rejects.toMatchObject({ error: 'NotFound' })
  })

  test('one that SNS does not find is fine, one that it refuses to delete is not', async () => {
    const { ApplicationArn } = voip('refused')
    refusals.push({ code: 'NotFound', status: 404, message: 'PlatformApplication does not exist' })
    expect(await remove(ApplicationArn)).toEqual({ PhysicalResourceId: ApplicationArn })
    refusals.push({ code: 'AuthorizationError', status: 403, message: 'User: x is not authorized' })
    await expect(remove(ApplicationArn)).rejects.toThrow('User: x is not authorized')
  })

  test.each(['AWSCDK::CustomResourceProviderFramework::CREATE_FAILED', '5f6b2b0e-0000-4000-8000-000000000000'])(
    'after a create that failed (%s) deletes nothing',
    async (PhysicalResourceId) => {
      const wanted = voip('another-one')
      await create(wanted)
      requests.length = 0
      expect(await remove(PhysicalResourceId, wanted)).toEqual({ PhysicalResourceId })
      expect(actions()).toEqual([])
      expect(await attributesOf(wanted.ApplicationArn)).toMatchObject({ Enabled: 'true' })
    },
  )
})

describe('failures say what to do', () => {
  test.each([
    ['there is no secret', REFUSALS.notFound, /^APNS_VOIP\/refused: There is no secret \S+:refused: create it/],
    ['the secret is empty', REFUSALS.empty, /has no value yet: put the credential into it/],
    ['the secret is being deleted', REFUSALS.deleted, /marked for deletion: restore it/],
    ['the secret may not be read', REFUSALS.denied, /allow secretsmanager:GetSecretValue/],
    ['its KMS key may not be used', REFUSALS.kms, /allow kms:Decrypt/],
    ['its KMS key does not work', REFUSALS.undecryptable, /KMS key .* is enabled/],
  ])('%s', async (_, refusal, says) => {
    await expect(create(voip('refused', { refusal }))).rejects.toThrow(says)
    expect(actions()).toEqual([])
  })

  test.each([
    [
      'APNS_VOIP',
      APPLE_KEY,
      appleKey(),
      /key id KEY0000000, is of the team id TEAM000000, .* com\.example\.phone\. .*voipPlatform: 'APNS'/,
    ],
    ['APNS_SANDBOX', APPLE_KEY, appleKey(), /allowed for the sandbox/],
    ['APNS', { Credential: 'apns-certificate' }, appleCertificate(), /certificate has not expired/],
    ['GCM', { Credential: 'google-service-account' }, serviceAccount(), /Firebase Cloud Messaging API \(V1\)/],
  ])('%s: credentials that are refused', async (platform, credential, text, says) => {
    const message = 'Invalid parameter: Attributes Reason: Platform credentials are invalid'
    refusals.push({ code: 'InvalidParameter', status: 400, message })
    const wanted = { ...properties(platform, 'refused', store('refused', { text })), ...credential }
    await expect(create(wanted)).rejects.toThrow(says)
    await expect(attributesOf(wanted.ApplicationArn)).rejects.toMatchObject({ error: 'NotFound' })
  })

  test('a secret of another form, before SNS sees it', async () => {
    await expect(create(voip('wrong', { text: appleCertificate() }))).rejects.toThrow(/must hold the text of the \.p8 file/)
    expect(actions()).toEqual([])
  })

  test('properties of another version of the stack', async () => {
    const { KeyId: _, ...wanted } = voip('old')
    await expect(create(wanted)).rejects.toThrow(/not of one version: \/ResourceProperties\/KeyId is missing/)
  })
})

describe('credentials are in no answer, log or error', () => {
  const key = appleKey()
  const certificate = appleCertificate()
  const account = serviceAccount()
  const all = [key, certificate, account]
  const of = (platform: string, Credential: string, text: string) => ({
    ...properties(platform, 'scanned', store('scanned', { text })),
    ...APPLE_KEY,
    Credential,
  })
  const forms: [string, string, string][] = [
    ['APNS_VOIP', 'apns-key', key],
    ['APNS', 'apns-certificate', certificate],
    ['GCM', 'google-service-account', account],
  ]

  test.each(forms)('%s: made, updated, deleted', async (platform, Credential, text) => {
    const wanted = of(platform, Credential, text)
    const everything = await everythingOf(async () => [
      await create(wanted),
      await update(wanted.ApplicationArn, wanted),
      await attributesOf(wanted.ApplicationArn),
      await remove(wanted.ApplicationArn, wanted),
    ])
    expect(everything).toContain('"request":"Delete"')
    expect(leaks(everything, all)).toEqual([])
  })

  test.each(forms)('%s: SNS quotes them in a refusal', async (platform, Credential, text) => {
    const message = (body: URLSearchParams) => `Invalid parameter: ${[...body.values()].join(' ').replaceAll('"', '&quot;')}`
    refusals.push({ code: 'InvalidParameter', status: 400, message })
    const everything = await everythingOf(() => create(of(platform, Credential, text)))
    expect(everything).toContain('left out: it quotes the secret')
    expect(leaks(everything, all)).toEqual([])
  })

  test.each(forms)('%s: each of the others in its place', async (platform, Credential, text) => {
    for (const other of all.filter((one) => one !== text)) {
      const everything = await everythingOf(() => create(of(platform, Credential, other)))
      expect(everything).toContain(`the secret ${secretArn('scanned')} must hold`)
      expect(leaks(everything, all)).toEqual([])
    }
  })

  test('the scan finds one where there is one', async () => {
    const error = new Error('outer', { cause: Object.assign(new Error('inner'), { body: { credential: JSON.stringify(key) } }) })
    expect(leaks(await everythingOf(() => Promise.reject(error)), all)).not.toEqual([])
    expect(leaks(await everythingOf(async () => process.stderr.write(account)), all)).not.toEqual([])
  })
})

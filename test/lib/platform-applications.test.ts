import { describe, expect, test } from 'vitest'
import type { Config } from '../../lib/settings.ts'
import { ALERT, apps, createStack, DELIVERY_LOGS, FCM, propertiesOf, synthesize, VOIP } from './synthesize.ts'

const TYPE = 'Custom::SnsPlatformApplication'
const template = synthesize()
const applications = (config?: Config) => propertiesOf(synthesize(config), TYPE)

const { bundleId } = apps.phone.apple
const certificate = { phone: { apple: { bundleId, certificateSecret: 'wakecall/certificate', environment: 'sandbox' } } } as const

describe('platform applications', () => {
  test('are two for Apple and one for Google, each with where its credential is and not what', () => {
    const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:wakecall/${name}`
    const key = { Credential: 'apns-key', TeamId: 'ABCDE12345', KeyId: 'KEY1234567', SecretArn: secret('apns-key') }
    expect(applications()).toMatchObject([
      {
        ...key,
        Name: 'wakecall-test-phone-voip',
        ApplicationArn: VOIP,
        Platform: 'APNS_VOIP',
        BundleId: 'com.example.phone.voip',
        CredentialVersion: '1',
      },
      { ...key, Name: 'wakecall-test-phone-alert', ApplicationArn: ALERT, Platform: 'APNS', BundleId: 'com.example.phone' },
      {
        Credential: 'google-service-account',
        Name: 'wakecall-test-phone-fcm',
        ApplicationArn: FCM,
        Platform: 'GCM',
        SecretArn: secret('fcm'),
        CredentialVersion: '7',
      },
    ])
  })

  test('of a certificate in the sandbox know neither team nor topic', () => {
    const [voip, alert, ...more] = applications({ apps: certificate })
    expect([voip?.Platform, alert?.Platform, more]).toEqual(['APNS_VOIP_SANDBOX', 'APNS_SANDBOX', []])
    for (const application of [voip, alert]) {
      expect(application).toMatchObject({ Credential: 'apns-certificate' })
      for (const name of ['TeamId', 'KeyId', 'BundleId']) expect(application).not.toHaveProperty(name)
    }
  })

  test('may be APNS for VoIP too, with the plain bundle id', () => {
    const apple = { ...apps.phone.apple, voipPlatform: 'APNS' } as const
    const [voip, alert] = applications({ apps: { phone: { apple } } })
    expect(voip).toMatchObject({ Platform: 'APNS', BundleId: bundleId, Name: 'wakecall-test-phone-voip' })
    expect(alert).toMatchObject({ Platform: 'APNS', BundleId: bundleId, Name: 'wakecall-test-phone-alert' })
  })

  test.each([0, 100])('log %i percent of what was delivered', (deliverySamplePercent) => {
    const rates = applications({ deliverySamplePercent }).map(({ SuccessSampleRate }) => SuccessSampleRate)
    expect(rates).toEqual(Array(3).fill(String(deliverySamplePercent)))
  })

  test.each([
    ['retain', 'Retain'],
    ['destroy', 'Delete'],
  ] as const)('%s: CloudFormation is told to %s them', (removal, policy) => {
    const resources = Object.values(synthesize({ removal: { applications: removal } }).findResources(TYPE))
    for (const resource of resources) expect(resource).toMatchObject({ DeletionPolicy: policy, UpdateReplacePolicy: policy })
    expect(resources).toHaveLength(3)
  })

  test('wait for their log groups, which SNS would make otherwise', () => {
    const groups = template.findResources('AWS::Logs::LogGroup')
    for (const { Properties, DependsOn } of Object.values(template.findResources(TYPE))) {
      const names = (DependsOn as string[]).map((id) => groups[id]?.Properties.LogGroupName)
      const group = DELIVERY_LOGS.find((name) => name.endsWith(Properties.Name))
      expect(names.sort()).toEqual([group, `${group}/Failure`])
    }
  })

  test('are none without apps, and neither is what would make them', () => {
    const none = synthesize({ apps: {} })
    none.resourceCountIs(TYPE, 0)
    none.resourceCountIs('AWS::Lambda::Function', 8)
    template.resourceCountIs('AWS::Lambda::Function', 9)
  })

  test('are known by the same ARNs where account and region are not known yet', () => {
    const { stack } = createStack({}, {})
    const [application] = propertiesOf(synthesize({}, {}), TYPE)
    expect(application?.ApplicationArn).toEqual(
      stack.resolve(stack.formatArn({ service: 'sns', resource: 'app', resourceName: 'APNS_VOIP/wakecall-test-phone-voip' })),
    )
  })
})

describe('delivery-status log groups', () => {
  const groups = (config?: Config) =>
    Object.values(synthesize(config).findResources('AWS::Logs::LogGroup')).filter(({ Properties }) =>
      Properties.LogGroupName.startsWith('sns/'),
    )

  test('have the names that SNS writes to', () => {
    expect(groups().map(({ Properties }) => Properties.LogGroupName)).toEqual(DELIVERY_LOGS)
  })

  test('have the retention of the setting, which is not that of the functions', () => {
    const retentions = groups({ retention: { logDays: 30, deliveryLogDays: 14 } }).map(
      (group) => group.Properties.RetentionInDays,
    )
    expect(retentions).toEqual(Array(6).fill(14))
  })

  test.each([
    ['retain', 'Retain'],
    ['destroy', 'Delete'],
  ] as const)('%s: CloudFormation is told to %s them', (deliveryLogs, policy) => {
    expect(groups({ removal: { deliveryLogs } }).map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(Array(6).fill(policy))
  })

  describe('mask', () => {
    type Identifier = { Name: string; Regex: string }
    const [policy] = groups().map(({ Properties }) => Properties.DataProtectionPolicy)
    const identifiers: Identifier[] = policy.Configuration.CustomDataIdentifier
    const masked = (text: string) => identifiers.reduce((rest, { Regex }) => rest.replace(new RegExp(Regex, 'g'), '*'), text)

    test('what CloudWatch takes for a pattern', () => {
      for (const { Regex } of identifiers) expect(Regex).toMatch(/^[a-zA-Z0-9_#=@/;,\- ^$?[\]{}|\\*+.]{1,200}$/)
      expect(policy.Statement).toMatchObject([{ Operation: { Audit: {} } }, { Operation: { Deidentify: { MaskConfig: {} } } }])
    })

    test.each([
      ["Apple's", '0123456789abcdef'.repeat(4)],
      ["Google's", `dGVzdF9pbnN0YW5jZV9pZA:APA91b${'aZ0_-'.repeat(26)}`],
    ])('%s device tokens', (_, token) => {
      expect(masked(`{"token":"${token}","attempts":1}`)).toBe('{"token":"*","attempts":1}')
    })

    test.each([
      ['ids of messages', '5f5a1c5e-7d4c-5c1b-9a5e-3f6f0e0a8a11'],
      ['endpoints', `${VOIP.replace(':app/', ':endpoint/')}/5f5a1c5e-7d4c-3c1b-9a5e-3f6f0e0a8a11`],
      ["Apple's words", '{\\"reason\\":\\"BadDeviceToken\\"}'],
      ["Google's names of messages", 'projects/example-phone/messages/0:1760000000000000%4e6b2fa84e6b2fa8'],
    ])('but not %s', (_, text) => {
      expect(masked(text)).toBe(text)
    })
  })
})

import { describe, expect, test } from 'vitest'
import type { Application, Credential } from '../../../core/applications/application.ts'
import { attributesOf } from '../../../core/applications/attributes.ts'
import { ApplicationFailure } from '../../../core/applications/failure.ts'
import { appleCertificate, appleKey, serviceAccount } from '../../contract/applications-credentials.ts'

const KEY: Credential = { kind: 'apns-key', teamId: 'TEAM000000', keyId: 'KEY0000000', bundleId: 'com.example.phone' }
const CERTIFICATE: Credential = { kind: 'apns-certificate' }
const GOOGLE: Credential = { kind: 'google-service-account' }

const application = (credential: Credential): Application => ({
  arn: 'arn:aws:sns:eu-west-1:123456789012:app/APNS/phone',
  name: 'phone',
  platform: 'APNS',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:apns',
  label: 'phone/1',
  credential,
  feedbackRoleArn: 'arn:aws:iam::123456789012:role/feedback',
  successSampleRate: '50',
  eventTopicArn: 'arn:aws:sns:eu-west-1:123456789012:endpoint-events',
})

const REST = {
  SuccessFeedbackRoleArn: 'arn:aws:iam::123456789012:role/feedback',
  FailureFeedbackRoleArn: 'arn:aws:iam::123456789012:role/feedback',
  SuccessFeedbackSampleRate: '50',
  EventDeliveryFailure: 'arn:aws:sns:eu-west-1:123456789012:endpoint-events',
  EventEndpointUpdated: 'arn:aws:sns:eu-west-1:123456789012:endpoint-events',
}

describe('the attributes of an application', () => {
  const p8 = appleKey()
  test.each([
    ['as it is', p8],
    ['without its last line end', p8.trimEnd()],
    ['with the line ends of Windows', p8.replaceAll('\n', '\r\n')],
    ['with empty lines around it', `\n${p8}\n\n`],
  ])('an APNs key %s', (_, secret) => {
    expect(attributesOf(application(KEY), secret)).toEqual({
      PlatformCredential: p8,
      PlatformPrincipal: 'KEY0000000',
      ApplePlatformTeamID: 'TEAM000000',
      ApplePlatformBundleID: 'com.example.phone',
      ...REST,
    })
  })

  test('a certificate: SNS wants it as the principal, and its private key as the credential', () => {
    const secret = appleCertificate()
    const { certificate, privateKey } = JSON.parse(secret)
    expect(attributesOf(application(CERTIFICATE), secret)).toEqual({
      PlatformCredential: privateKey,
      PlatformPrincipal: certificate,
      ...REST,
    })
  })

  test('a Google service account goes to SNS whole', () => {
    const secret = serviceAccount()
    expect(attributesOf(application(GOOGLE), `${secret}\n`)).toEqual({ PlatformCredential: secret, ...REST })
  })
})

describe('a secret that is not what it must be is refused before SNS sees it', () => {
  const p8 = appleKey()
  const cases: [string, Credential, string, RegExp][] = [
    ['nothing', KEY, '', /must hold the text of the \.p8 file/],
    ['half a key', KEY, p8.slice(0, 80), /\.p8 file/],
    ['a key on one line', KEY, p8.replaceAll('\n', '\\n'), /\.p8 file/],
    ['a key of another kind', KEY, p8.replaceAll('PRIVATE KEY', 'EC PRIVATE KEY'), /\.p8 file/],
    ['a key in JSON', KEY, JSON.stringify({ key: p8 }), /\.p8 file/],
    ['two keys', KEY, p8 + p8, /\.p8 file/],
    ['no JSON', CERTIFICATE, p8, /must hold JSON \{"certificate"/],
    ['a certificate without its key', CERTIFICATE, '{"certificate": "x"}', /: certificate, privateKey\.$/],
    ['a list', CERTIFICATE, '[]', /must hold JSON/],
    ['a server key of old', GOOGLE, 'AAAAexample:APA91bExampleExampleExample', /service account/],
    ['an OAuth client', GOOGLE, serviceAccount({ type: 'authorized_user' }), /: type\.$/],
    [
      'half of a service account',
      GOOGLE,
      serviceAccount({ private_key: undefined, project_id: '' }),
      /: project_id, private_key\.$/,
    ],
    ['a mangled private key', GOOGLE, serviceAccount({ private_key: p8.replaceAll('\n', '') }), /: private_key\.$/],
  ]
  test.each(cases)('%s', (_, credential, secret, says) => {
    const refused = () => attributesOf(application(credential), secret)
    expect(refused).toThrow(ApplicationFailure)
    expect(refused).toThrow(expect.objectContaining({ code: 'secret_malformed', message: expect.stringMatching(says) }))
    expect(refused).toThrow(/^APNS\/phone: the secret arn:aws:secretsmanager:\S+:secret:apns must hold /)
  })
})

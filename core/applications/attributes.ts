import * as v from 'valibot'
import { check } from '../../wire/parse.ts'
import type { Application, Attributes, Credential } from './application.ts'
import { ApplicationFailure } from './failure.ts'

/** A PEM block of one of these kinds, line ends as SNS wants them: `\n`, one at the end too. */
const pem = (...labels: string[]) =>
  v.pipe(
    v.string(),
    v.transform((text) => `${text.replaceAll('\r\n', '\n').trim()}\n`),
    v.regex(new RegExp(`^-----BEGIN (${labels.join('|')})-----\\n[A-Za-z0-9+/=\\n]+\\n-----END \\1-----\\n$`)),
  )

const json = <S extends v.GenericSchema>(schema: S) => v.pipe(v.string(), v.parseJson(), schema)

const Filled = v.pipe(v.string(), v.minLength(1))
const AppleKey = pem('PRIVATE KEY')
const AppleCertificate = json(v.object({ certificate: pem('CERTIFICATE'), privateKey: pem('PRIVATE KEY', 'RSA PRIVATE KEY') }))
const ServiceAccount = json(
  v.object({
    type: v.literal('service_account'),
    project_id: Filled,
    private_key: pem('PRIVATE KEY'),
    client_email: Filled,
  }),
)

const FORMS: Record<Credential['kind'], string> = {
  'apns-key':
    'the text of the .p8 file that Apple gave for the APNs key: -----BEGIN PRIVATE KEY-----, lines of Base64, -----END PRIVATE KEY-----',
  'apns-certificate':
    'JSON {"certificate": "-----BEGIN CERTIFICATE-----…", "privateKey": "-----BEGIN PRIVATE KEY-----…"}, each one PEM block with its line ends as \\n, the private key without a passphrase',
  'google-service-account':
    'the JSON file of a Google service account, with "type": "service_account", project_id, private_key (a PEM block) and client_email',
}

/**
 * The attributes with which SNS is to have the application, credentials and all
 * (https://docs.aws.amazon.com/sns/latest/api/API_SetPlatformApplicationAttributes.html). Apple's four go together, always.
 */
export const attributesOf = (application: Application, secret: string): Attributes => ({
  ...credentialsOf(application, secret),
  SuccessFeedbackRoleArn: application.feedbackRoleArn,
  FailureFeedbackRoleArn: application.feedbackRoleArn,
  SuccessFeedbackSampleRate: application.successSampleRate,
  EventDeliveryFailure: application.eventTopicArn,
  EventEndpointUpdated: application.eventTopicArn,
})

function credentialsOf(application: Application, secret: string): Attributes {
  const { credential } = application
  switch (credential.kind) {
    case 'apns-key':
      return {
        PlatformCredential: read(AppleKey, application, secret),
        PlatformPrincipal: credential.keyId,
        ApplePlatformTeamID: credential.teamId,
        ApplePlatformBundleID: credential.bundleId,
      }
    case 'apns-certificate': {
      const { certificate, privateKey } = read(AppleCertificate, application, secret)
      return { PlatformCredential: privateKey, PlatformPrincipal: certificate }
    }
    case 'google-service-account':
      read(ServiceAccount, application, secret)
      return { PlatformCredential: secret.trim() }
  }
}

/** No value of the secret, and no message of a parser (which would quote it), gets into the failure: names of members only. */
function read<S extends v.GenericSchema>(schema: S, { platform, name, secretArn, credential }: Application, secret: string) {
  const checked = check(schema, secret)
  if ('output' in checked) return checked.output
  const members = [...new Set(checked.errors.map(({ pointer }) => pointer.slice(1)))].filter(Boolean)
  const which = members.length > 0 ? `; missing or not what it must be: ${members.join(', ')}` : ''
  throw new ApplicationFailure(
    'secret_malformed',
    `${platform}/${name}: the secret ${secretArn} must hold ${FORMS[credential.kind]}${which}.`,
  )
}

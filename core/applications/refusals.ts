import type { Application } from './application.ts'
import type { Service, ServiceError } from './service-error.ts'

export type ApplicationFailureCode =
  | 'secret_malformed'
  | 'secret_not_found'
  | 'secret_empty'
  | 'secret_deleted'
  | 'secret_not_readable'
  | 'secret_not_decryptable'
  | 'credentials_refused'
  | 'feedback_role_refused'
  | 'not_authorized'
  | 'quota_exceeded'
  | 'throttled'
  | 'unavailable'
  | 'refused'

type Advice = (application: Application) => string
type Reason = { code: ApplicationFailureCode; passes: boolean; advice: Advice }
type Row = { service?: Service; error: RegExp; message?: RegExp } & Omit<Reason, 'passes'> & { passes?: true }

/**
 * What went wrong and what to do about it, the first row that fits. Sources: the errors of GetSecretValue
 * (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html) and of CreatePlatformApplication
 * (https://docs.aws.amazon.com/sns/latest/api/API_CreatePlatformApplication.html), and what real accounts answered.
 */
const ROWS: readonly Row[] = [
  {
    service: 'Secrets Manager',
    error: /^ResourceNotFound$/,
    message: /staging label|secret value/i,
    code: 'secret_empty',
    advice: ({ secretArn }) => `The secret ${secretArn} has no value yet: put the credential into it, then deploy again.`,
  },
  {
    service: 'Secrets Manager',
    error: /^ResourceNotFound$/,
    code: 'secret_not_found',
    advice: ({ secretArn }) =>
      `There is no secret ${secretArn}: create it in this account and region, or mend its name in wakecall.config.ts.`,
  },
  {
    service: 'Secrets Manager',
    error: /^InvalidRequest$/,
    message: /delet/i,
    code: 'secret_deleted',
    advice: ({ secretArn }) => `The secret ${secretArn} is marked for deletion: restore it.`,
  },
  {
    service: 'Secrets Manager',
    error: /^(DecryptionFailure|AccessDenied)$/,
    message: /\bKMS\b/,
    code: 'secret_not_decryptable',
    advice: ({ secretArn }) =>
      `The KMS key of the secret ${secretArn} cannot be used: allow kms:Decrypt on it to the role of this function, and see that the key is enabled.`,
  },
  {
    service: 'Secrets Manager',
    error: /^AccessDenied$/,
    code: 'secret_not_readable',
    advice: ({ secretArn }) =>
      `The secret ${secretArn} may not be read: allow secretsmanager:GetSecretValue on it to the role of this function; look at the secret's own policy and at service control policies too.`,
  },
  {
    service: 'SNS',
    error: /^InvalidParameter$/,
    message: /is not a valid role to allow SNS/i,
    code: 'feedback_role_refused',
    passes: true,
    advice: ({ feedbackRoleArn }) =>
      `SNS may not log what becomes of pushes: the role ${feedbackRoleArn} must exist and trust sns.amazonaws.com.`,
  },
  {
    service: 'SNS',
    error: /^InvalidParameter$/,
    message: /credential|PlatformPrincipal|ApplePlatform|certificate|private key/i,
    code: 'credentials_refused',
    advice: (application) =>
      `The credentials are refused: ${whatToCheck(application)} With another credential in the secret, change credentialVersion too.`,
  },
  {
    service: 'SNS',
    error: /^(AuthorizationError|AccessDenied)$/,
    code: 'not_authorized',
    advice: ({ arn }) =>
      `The role of this function may not do it: allow it on ${arn}, and iam:PassRole on the feedback role; look at service control policies too.`,
  },
  {
    error: /^(Thrott|TooManyRequests|RequestLimitExceeded)/,
    code: 'throttled',
    passes: true,
    advice: () => 'AWS is asked too often in this account: deploy again in a few minutes.',
  },
  {
    error: /LimitExceeded|QuotaExceeded/,
    code: 'quota_exceeded',
    advice: () => 'A quota of this account is used up: have it raised in Service Quotas, then deploy again.',
  },
]

const UNAVAILABLE: Reason = { code: 'unavailable', passes: true, advice: () => 'AWS cannot answer now: deploy again.' }
const REFUSED: Reason = { code: 'refused', passes: false, advice: () => 'AWS refuses it.' }

/** An error that no row names: a 4xx will not pass by itself; a 5xx or a lost connection (no status) may. */
export function refusedBecause({ service, error, message, status }: ServiceError): Reason {
  const row = ROWS.find(
    (row) => (row.service ?? service) === service && row.error.test(error) && (row.message?.test(message) ?? true),
  )
  if (row) return { passes: false, ...row }
  return status !== undefined && status >= 400 && status < 500 ? REFUSED : UNAVAILABLE
}

function whatToCheck({ credential, platform, secretArn }: Application): string {
  const sandbox = platform.endsWith('_SANDBOX') ? 'the sandbox' : 'production'
  const fallback = platform.startsWith('APNS_VOIP')
    ? " If all of that is right, set voipPlatform: 'APNS' for this app: it pushes to the same phones."
    : ''
  switch (credential.kind) {
    case 'apns-key': {
      const { teamId, keyId, bundleId } = credential
      return `check at Apple that the key in ${secretArn} has the key id ${keyId}, is of the team id ${teamId}, is not revoked and is allowed for ${sandbox}, and that the app's bundle id is ${bundleId.replace(/\.voip$/, '')}.${fallback}`
    }
    case 'apns-certificate':
      return `check that certificate and privateKey in ${secretArn} belong together, and that the certificate has not expired, is for this app and for ${sandbox}.${fallback}`
    case 'google-service-account':
      return `check at Google that the service account in ${secretArn} and its key are enabled, that it may send messages, and that its project has the Firebase Cloud Messaging API (V1).`
  }
}

/** Whether the same request may succeed in a while. */
export const mayPass = (error: ServiceError): boolean => refusedBecause(error).passes

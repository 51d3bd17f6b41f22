import { isDeepStrictEqual } from 'node:util'
import { PAYLOAD_LIMITS, type SnsPlatform } from '../../wire/payload.ts'
import { applicationArn, checkArn, type Home } from './arn.ts'
import { certificateExpiry, checkCredentials } from './credentials.ts'
import { invalid, SnsError } from './errors.ts'
import type { Application, Store } from './store.ts'

const CREDENTIALS = ['PlatformCredential', 'PlatformPrincipal']
const ATTRIBUTES = [
  ...CREDENTIALS,
  'ApplePlatformTeamID',
  'ApplePlatformBundleID',
  'Enabled',
  'EventEndpointCreated',
  'EventEndpointDeleted',
  'EventEndpointUpdated',
  'EventDeliveryFailure',
  'SuccessFeedbackRoleArn',
  'FailureFeedbackRoleArn',
  'SuccessFeedbackSampleRate',
]

function checkAttributes(attributes: Record<string, string>): void {
  const unknown = Object.keys(attributes).find((name) => !ATTRIBUTES.includes(name))
  if (unknown) throw invalid('Attributes', `Invalid attribute name: ${unknown}`)
}

const feedbackRefusals = new WeakMap<Store, Map<string, number>>()

/** A feedback role that IAM has not made known yet: one whose name ends in `not-yet-<n>` is refused the first n times. */
function checkFeedbackRoles(store: Store, attributes: Record<string, string>): void {
  const refusals = feedbackRefusals.get(store) ?? new Map<string, number>()
  feedbackRefusals.set(store, refusals)
  for (const name of ['SuccessFeedbackRoleArn', 'FailureFeedbackRoleArn']) {
    const role = attributes[name] ?? ''
    const refused = refusals.get(role) ?? 0
    if (refused >= Number(/not-yet-(\d+)$/.exec(role)?.[1] ?? 0)) continue
    refusals.set(role, refused + 1)
    throw new SnsError(
      'InvalidParameter',
      `Invalid parameter: ${name}: ${role} is not a valid role to allow SNS to write to Cloudwatch Logs`,
    )
  }
}

/** The same name with the same attributes answers the application that is there. */
export function createApplication(
  home: Home,
  store: Store,
  request: { name: string; platform: string; attributes: Record<string, string> },
): Application {
  const { name, attributes } = request
  const platform = request.platform as SnsPlatform
  if (!Object.hasOwn(PAYLOAD_LIMITS, platform)) throw invalid('Platform', `${platform} is not supported`)
  if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name)) {
    throw invalid('Name', 'must be 1 to 256 characters of a-z, A-Z, 0-9, underscore, hyphen and period')
  }
  checkAttributes(attributes)
  checkCredentials(platform, attributes)
  checkFeedbackRoles(store, attributes)
  const arn = applicationArn(home, platform, name)
  const existing = store.applications.get(arn)
  const wanted = { Enabled: 'true', ...attributes }
  if (existing && !isDeepStrictEqual(existing.attributes, wanted)) {
    throw invalid('Name', 'An application with the same name but different properties already exists')
  }
  const application = existing ?? { arn, platform, name, attributes: wanted, endpoints: new Map() }
  store.applications.set(arn, application)
  return application
}

export function findApplication(home: Home, store: Store, arn: string, action: string): Application {
  checkArn(home, 'PlatformApplicationArn', arn, action)
  const application = store.applications.get(arn)
  if (!application) throw new SnsError('NotFound', 'PlatformApplication does not exist')
  return application
}

/** The credentials are checked together: a new key with an old team or bundle is refused. */
export function setApplicationAttributes(store: Store, application: Application, attributes: Record<string, string>): void {
  checkAttributes(attributes)
  const merged = { ...application.attributes, ...attributes }
  checkCredentials(application.platform, merged)
  checkFeedbackRoles(store, attributes)
  application.attributes = merged
}

/** What Get and List show: everything but the credentials, and until when a certificate is good. */
export function visibleAttributes({ attributes }: Application): Record<string, string> {
  const expiry = certificateExpiry(attributes)
  const visible = Object.entries(attributes).filter(([name]) => !CREDENTIALS.includes(name))
  return { ...Object.fromEntries(visible), ...(expiry && { AppleCertificateExpirationDate: expiry }) }
}

/** Deleting is idempotent. The endpoints go with their application. */
export function deleteApplication(store: Store, arn: string): void {
  for (const endpoint of store.applications.get(arn)?.endpoints.values() ?? []) store.endpoints.delete(endpoint.arn)
  store.applications.delete(arn)
}

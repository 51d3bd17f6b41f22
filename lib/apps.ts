import type { ApplicationProperties } from '../lambdas/applications/env.ts'
import type { SnsPlatform } from '../wire/payload.ts'
import type { Apple, AppSettings } from './app-settings.ts'

type Apps = Record<string, AppSettings>

/** What a platform application is for: calls to an iPhone, its cancels and messages, everything to an Android. */
export type Channel = 'voip' | 'alert' | 'fcm'

// `Omit` of a union loses what its members do not share.
type Of<T, K extends PropertyKey> = T extends unknown ? Pick<T, Extract<keyof T, K>> : never

/** What its credential is: as `ApplicationProperties` names it, without the secret. */
export type Credential = Of<
  ApplicationProperties,
  'Credential' | 'Platform' | 'TeamId' | 'KeyId' | 'BundleId' | 'CredentialVersion'
>

/** A platform application as the settings ask for it; `secretName` is the secret in Secrets Manager that holds its credential. */
export type PlannedApplication = {
  app: string
  channel: Channel
  platform: SnsPlatform
  name: string
  secretName: string
  credential: Credential
}

function appleCredential(apple: Apple, platform: 'APNS' | 'APNS_VOIP'): Pick<PlannedApplication, 'secretName' | 'credential'> {
  const Platform = apple.environment === 'sandbox' ? (`${platform}_SANDBOX` as const) : platform
  const CredentialVersion = apple.credentialVersion
  if ('certificateSecret' in apple)
    return { secretName: apple.certificateSecret, credential: { Credential: 'apns-certificate', Platform, CredentialVersion } }
  // Apple's topic of VoIP pushes is not the bundle id itself, and SNS takes what it has here for the topic.
  const BundleId = platform === 'APNS_VOIP' ? `${apple.bundleId}.voip` : apple.bundleId
  const key = { TeamId: apple.teamId, KeyId: apple.keyId, BundleId }
  return { secretName: apple.keySecret, credential: { Credential: 'apns-key', Platform, ...key, CredentialVersion } }
}

/** The platform applications of a stage, two for an app with Apple's pushes and one for an app with Google's. */
export function planApplications(stage: string, apps: Apps): PlannedApplication[] {
  return Object.entries(apps).flatMap(([app, { apple, google }]) => {
    const plan = (channel: Channel, secretName: string, credential: Credential): PlannedApplication => {
      return { app, channel, platform: credential.Platform, name: `wakecall-${stage}-${app}-${channel}`, secretName, credential }
    }
    const voip = apple && appleCredential(apple, apple.voipPlatform)
    const alert = apple && appleCredential(apple, 'APNS')
    return [
      ...(voip ? [plan('voip', voip.secretName, voip.credential)] : []),
      ...(alert ? [plan('alert', alert.secretName, alert.credential)] : []),
      ...(google ? [plan('fcm', google.serviceAccountSecret, googleCredential(google.credentialVersion))] : []),
    ]
  })
}

const googleCredential = (CredentialVersion: string): Credential => {
  return { Credential: 'google-service-account', Platform: 'GCM', CredentialVersion }
}

/** How SNS names a platform application, and how its endpoints' ARNs and its log groups begin. */
export const pathOf = ({ platform, name }: { platform: SnsPlatform; name: string }): string => `${platform}/${name}`

type Named = { app: string; channel: Channel; arn: string }

/** The variable APPS of the functions (`AppsSetting` in lambdas/kit/env.ts), before it becomes JSON. */
export function appsSetting(apps: Apps, applications: Named[]): Record<string, Partial<Record<'bundle' | Channel, string>>> {
  const setting = ([app, { apple }]: [string, AppSettings]) => {
    const arns = applications.filter((application) => application.app === app).map(({ channel, arn }) => [channel, arn])
    return [app, { ...(apple && { bundle: apple.bundleId }), ...Object.fromEntries(arns) }]
  }
  return Object.fromEntries(Object.entries(apps).map(setting))
}

// The longest that a region and a partition make it, whatever the stack is deployed to.
const LONGEST = 'arn:aws-us-gov:sns:ap-southeast-1:123456789012:app'

/** How many bytes APPS takes of an environment, which Lambda measures as JSON. */
export function appsBytes(stage: string, apps: Apps): number {
  const named = planApplications(stage, apps).map((planned) => ({ ...planned, arn: `${LONGEST}/${pathOf(planned)}` }))
  return Buffer.byteLength(JSON.stringify(JSON.stringify(appsSetting(apps, named))))
}

import type { SnsPlatform } from '../../wire/payload.ts'
import type { Clock } from '../clock.ts'
import type { Report } from '../ports.ts'

/** What the secret of a platform application holds, with what Apple wants to know beside an APNs key. */
export type Credential =
  | { kind: 'apns-key'; teamId: string; keyId: string; bundleId: string }
  | { kind: 'apns-certificate' }
  | { kind: 'google-service-account' }

/**
 * An SNS platform application as it is to be. `label` is the staging label of its secret that its credential is tied to;
 * `successSampleRate` in percent, as SNS's text.
 */
export type Application = {
  arn: string
  name: string
  platform: SnsPlatform
  secretArn: string
  label: string
  credential: Credential
  feedbackRoleArn: string
  successSampleRate: string
  eventTopicArn: string
}

export type Attributes = Record<string, string>

/**
 * SNS platform applications. Every error is a `ServiceError`; `remove` of one that is not there is none. No answer of
 * `attributes` has credentials in it.
 */
export type Applications = {
  create: (name: string, platform: SnsPlatform, attributes: Attributes) => Promise<string>
  attributes: (arn: string) => Promise<Attributes>
  set: (arn: string, attributes: Attributes) => Promise<void>
  remove: (arn: string) => Promise<void>
}

export type SecretVersion = { version: string; text: string }

/**
 * Secrets by their ARN. A staging label is on one version at most: `labels` gives it by label, `move` takes the label from
 * the version that has it and gives it to another or to none. Every error is a `ServiceError`; `read` of a label that no
 * version has is `ResourceNotFound`.
 */
export type Secrets = {
  read: (secretArn: string, label: string) => Promise<SecretVersion>
  labels: (secretArn: string) => Promise<Record<string, string>>
  move: (secretArn: string, label: string, versions: { from?: string | undefined; to?: string }) => Promise<void>
}

/** What an update comes from. */
export type Former = Pick<Application, 'arn' | 'label'>

export type ApplicationPorts = { applications: Applications; secrets: Secrets; clock: Clock; report: Report }

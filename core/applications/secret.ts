import type { Application, Former, Secrets, SecretVersion } from './application.ts'
import { isServiceError } from './service-error.ts'

/** The label of Secrets Manager's own for what was put in last. */
const CURRENT = 'AWSCURRENT'

/** No name, version or key id has it, so that no label can be taken for another one's. */
const SEPARATOR = '/'

/**
 * The staging label that ties a credentialVersion of an application to a version of its secret. Another key id is another
 * key, under the same credentialVersion too. Secrets Manager takes 256 characters; the settings allow 252.
 */
export const labelOf = (name: string, credentialVersion: string, keyId?: string): string =>
  [name, credentialVersion, keyId].filter((part) => part !== undefined).join(SEPARATOR)

/**
 * What a rollback or another update finds is what its label had; a label that is nowhere yet means what the secret holds now,
 * and so does a new stack: its label may be one of a stack long gone.
 */
export async function readSecret(
  secrets: Secrets,
  { secretArn, label }: Application,
  former: Former | undefined,
): Promise<SecretVersion & { labelled: boolean }> {
  if (former) {
    try {
      return { ...(await secrets.read(secretArn, label)), labelled: true }
    } catch (error) {
      if (!isServiceError(error, 'ResourceNotFound')) throw error
    }
  }
  return { ...(await secrets.read(secretArn, CURRENT)), labelled: false }
}

/**
 * Ties the label to the version that SNS took. Of the application's other labels only `kept` stays: a secret takes 20 in all
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html).
 */
export async function labelSecret(
  secrets: Secrets,
  { name, secretArn, label }: Application,
  version: string,
  kept: string | undefined,
): Promise<void> {
  const attached = await secrets.labels(secretArn)
  for (const [other, from] of Object.entries(attached)) {
    const stale = other.startsWith(name + SEPARATOR) && other !== label && other !== kept
    if (stale) await secrets.move(secretArn, other, { from })
  }
  const from = attached[label]
  if (from !== version) await secrets.move(secretArn, label, { from, to: version })
}

/** What the operator is told of a credential that SNS took and that could not be labelled. */
export const unlabelled = ({ platform, name, secretArn, label }: Application): string =>
  `${platform}/${name} has its credential, but a rollback to it would take what the secret ${secretArn} holds then: the label ${label} could not be set. Allow secretsmanager:DescribeSecret and secretsmanager:UpdateSecretVersionStage on it to the role of this function; if it has 20 labels, remove those of stages and apps that are gone.`

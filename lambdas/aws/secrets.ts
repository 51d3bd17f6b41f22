import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Secrets } from '../../core/applications/application.ts'
import { serviceError } from './service-error.ts'

/** Core tries again by its own rule. */
const secretsManager = new SecretsManagerClient({
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true }),
})

const refused = serviceError('Secrets Manager')

export const secrets: Secrets = {
  async read(SecretId, VersionStage) {
    const command = new GetSecretValueCommand({ SecretId, VersionStage })
    const { SecretString, SecretBinary, VersionId } = await secretsManager.send(command).catch(refused)
    return { version: VersionId as string, text: SecretString ?? Buffer.from(SecretBinary ?? []).toString() }
  },
  async labels(SecretId) {
    const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId })).catch(refused)
    const labels = Object.entries(VersionIdsToStages).flatMap(([version, stages]) => stages.map((stage) => [stage, version]))
    return Object.fromEntries(labels)
  },
  async move(SecretId, VersionStage, { from: RemoveFromVersionId, to: MoveToVersionId }) {
    const versions = { RemoveFromVersionId, MoveToVersionId }
    await secretsManager.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage, ...versions })).catch(refused)
  },
}

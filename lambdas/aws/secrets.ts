import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Secrets } from '../../core/application.ts'
import { serviceError } from './service-error.ts'

/** Core tries again by its own rule. */
const secretsManager = new SecretsManagerClient({
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true }),
})

export const secrets: Secrets = {
  async read(SecretId) {
    const command = new GetSecretValueCommand({ SecretId })
    const { SecretString, SecretBinary } = await secretsManager.send(command).catch(serviceError('Secrets Manager'))
    return SecretString ?? Buffer.from(SecretBinary ?? []).toString()
  },
}

import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Applications, Secrets } from '../../core/applications/application.ts'
import { type Listening, listen } from '../../local/listen.ts'
import { LOCAL_CREDENTIALS } from './dynamodb.ts'
import { createSecrets, type StoredSecret, secretArn } from './secrets.ts'
import { simulatedSns } from './sns.ts'

type Ports = { applications: Applications; secrets: Secrets }
type SnsRefusal = { code: string; status: number; message: string | ((request: URLSearchParams) => string) }

/**
 * The adapters of lambdas/aws for the tests of one file, on a simulated SNS and a Secrets Manager. What stands in
 * `refusals` SNS answers first, one a request; `requests` are the actions that it was asked for, with their attributes.
 */
export function useApplications() {
  const simulated = simulatedSns(300)
  const secrets = createSecrets()
  const refusals: SnsRefusal[] = []
  const requests: { action: string; body: URLSearchParams }[] = []
  const listening: Listening[] = []
  let ports: Ports | undefined

  const front = createServer(async (request, response) => {
    const sent = await text(request)
    const body = new URLSearchParams(sent)
    requests.push({ action: body.get('Action') ?? '', body })
    const refusal = refusals.shift()
    if (!refusal) return simulated.server.emit('request', Readable.from([Buffer.from(sent)]), response)
    const message = typeof refusal.message === 'string' ? refusal.message : refusal.message(body)
    const xml = `<ErrorResponse><Error><Type>Sender</Type><Code>${refusal.code}</Code><Message>${message}</Message></Error></ErrorResponse>`
    return response.writeHead(refusal.status, { 'content-type': 'text/xml' }).end(xml)
  })

  beforeAll(async () => {
    const [sns, secretsManager] = await Promise.all([listen(front), listen(secrets.server)])
    listening.push(sns, secretsManager)
    // The adapters make their clients when they are imported, from the environment.
    Object.assign(process.env, LOCAL_CREDENTIALS, {
      AWS_ENDPOINT_URL_SNS: sns.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
    })
    ports = { ...(await import('../../lambdas/aws/applications.ts')), ...(await import('../../lambdas/aws/secrets.ts')) }
  })
  beforeEach(() => {
    secrets.clear()
    refusals.length = 0
    requests.length = 0
  })
  afterAll(() => Promise.all(listening.map(({ close }) => close())))
  return {
    refusals,
    requests,
    /** Stores a secret, or another version of it, and gives the ARN that the stack knows it by. */
    store: (name: string, secret: StoredSecret): string => {
      secrets.put(name, secret)
      return secretArn(name)
    },
    ports: (): Ports => {
      if (!ports) throw new Error('SNS is there while tests run only')
      return ports
    },
  }
}

export const applicationArn = (platform: string, name: string): string =>
  `arn:aws:sns:${LOCAL_CREDENTIALS.AWS_REGION}:123456789012:app/${platform}/${name}`

/** The properties of the custom resource as the stack gives them, without what tells the credential. */
export const properties = (platform: string, name: string, SecretArn: string) => ({
  ServiceToken: 'arn:aws:lambda:eu-west-1:123456789012:function:provider',
  Name: name,
  Platform: platform,
  ApplicationArn: applicationArn(platform, name),
  SecretArn,
  CredentialVersion: '1',
  FeedbackRoleArn: 'arn:aws:iam::123456789012:role/feedback',
  SuccessSampleRate: '100',
  EventTopicArn: 'arn:aws:sns:eu-west-1:123456789012:endpoint-events',
})

export const APPLE_KEY = { Credential: 'apns-key', TeamId: 'TEAM000000', KeyId: 'KEY0000000', BundleId: 'com.example.phone.voip' }

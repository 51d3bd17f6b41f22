import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

const HOME = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:'

/** The ARN that the stack knows: without the six characters that Secrets Manager puts behind it. */
export const secretArn = (name: string): string => `${HOME}${name}`

type Refusal = { type: string; message: string }
export type StoredSecret = { text: string } | { binary: string } | { refusal: Refusal }

/** What Secrets Manager answers in these cases, in its words. */
export const REFUSALS = {
  notFound: { type: 'ResourceNotFoundException', message: "Secrets Manager can't find the specified secret." },
  empty: {
    type: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
  },
  deleted: {
    type: 'InvalidRequestException',
    message: "You can't perform this operation on the secret because it was marked for deletion.",
  },
  denied: {
    type: 'AccessDeniedException',
    message:
      'User: arn:aws:sts::123456789012:assumed-role/applications/f is not authorized to perform: secretsmanager:GetSecretValue on resource: a secret because no identity-based policy allows the secretsmanager:GetSecretValue action',
  },
  kms: { type: 'AccessDeniedException', message: 'Access to KMS is not allowed' },
  undecryptable: {
    type: 'DecryptionFailure',
    message: "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
  },
} satisfies Record<string, Refusal>

/** GetSecretValue over AWS JSON 1.1; secrets by name, `SecretId` by ARN with or without its suffix. */
export function secretsServer(secrets: Map<string, StoredSecret>) {
  return createServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
    const refuse = ({ type, message }: Refusal) => answer(400, { __type: type, Message: message })

    if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') {
      return refuse({ type: 'UnknownOperationException', message: '' })
    }
    const { SecretId } = (await json(request)) as { SecretId: string }
    const name = SecretId.replace(HOME, '').replace(/-[A-Za-z0-9]{6}$/, '')
    const secret = secrets.get(name) ?? { refusal: REFUSALS.notFound }
    if ('refusal' in secret) return refuse(secret.refusal)
    const held =
      'text' in secret ? { SecretString: secret.text } : { SecretBinary: Buffer.from(secret.binary).toString('base64') }
    return answer(200, { ARN: `${secretArn(name)}-AbCdEf`, Name: name, VersionId: 'v1', ...held })
  })
}

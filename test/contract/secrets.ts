import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

const HOME = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:'
const LABELS_AT_MOST = 20

/** The ARN that the stack knows: without the six characters that Secrets Manager puts behind it. */
export const secretArn = (name: string): string => `${HOME}${name}`

type Refusal = { type: string; message: string }
export type StoredSecret = { text: string } | { binary: string } | { refusal: Refusal }
type Stored = { versions: Map<string, StoredSecret>; labels: Map<string, string> }

const notFound = (what: string): Refusal => ({
  type: 'ResourceNotFoundException',
  message: `Secrets Manager can't find the specified secret${what}`,
})
const invalid = (message: string): Refusal => ({ type: 'InvalidParameterException', message })

/** What Secrets Manager answers in these cases, in its words. */
export const REFUSALS = {
  notFound: notFound('.'),
  empty: notFound(' value for staging label: AWSCURRENT'),
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

type Ask = { SecretId: string; VersionStage?: string; MoveToVersionId?: string; RemoveFromVersionId?: string }
type Answer = { refusal: Refusal } | { body: object }

/** A version's own refusal is that of the whole secret. */
const ACTIONS: Record<string, (secret: Stored, ask: Ask) => Answer> = {
  GetSecretValue({ versions, labels }, { VersionStage = 'AWSCURRENT' }) {
    const VersionId = labels.get(VersionStage) ?? ''
    const held = versions.get(VersionId)
    if (!held) return { refusal: notFound(` value for staging label: ${VersionStage}`) }
    if ('refusal' in held) return held
    const value = 'text' in held ? { SecretString: held.text } : { SecretBinary: Buffer.from(held.binary).toString('base64') }
    return { body: { VersionId, ...value } }
  },

  DescribeSecret({ versions, labels }) {
    const of = (version: string) => [...labels].filter(([, at]) => at === version).map(([label]) => label)
    const labelled = [...versions.keys()].map((version) => [version, of(version)] as const).filter(([, has]) => has.length > 0)
    return { body: { VersionIdsToStages: Object.fromEntries(labelled) } }
  },

  UpdateSecretVersionStage({ versions, labels }, { VersionStage = '', MoveToVersionId: to, RemoveFromVersionId: from }) {
    const at = labels.get(VersionStage)
    if (to && !versions.has(to)) return { refusal: notFound(` version: ${to}.`) }
    if (at && at !== to && at !== from) {
      const words = `Staging label ${VersionStage} is currently attached to version ${at}, so you must explicitly reference that version in RemoveFromVersionId.`
      return { refusal: invalid(`The parameter RemoveFromVersionId can't be empty. ${words}`) }
    }
    if (from && at !== from) return { refusal: invalid(`Staging label ${VersionStage} is not attached to version ${from}.`) }
    if (to && !at && labels.size >= LABELS_AT_MOST) return { refusal: { type: 'LimitExceededException', message: '' } }
    if (to) labels.set(VersionStage, to)
    else labels.delete(VersionStage)
    return { body: {} }
  },
}

/** Secrets Manager over AWS JSON 1.1; `SecretId` is an ARN with or without its suffix. */
export function createSecrets() {
  const secrets = new Map<string, Stored>()

  const server = createServer(async (request, response) => {
    const action = String(request.headers['x-amz-target']).replace('secretsmanager.', '')
    const ask = (await json(request)) as Ask
    const name = ask.SecretId.replace(HOME, '').replace(/-[A-Za-z0-9]{6}$/, '')
    const secret = secrets.get(name)
    const unknown = { refusal: { type: 'UnknownOperationException', message: '' } }
    const answer = secret ? (ACTIONS[action]?.(secret, ask) ?? unknown) : { refusal: REFUSALS.notFound }
    const [status, body] =
      'refusal' in answer
        ? [400, { __type: answer.refusal.type, Message: answer.refusal.message }]
        : [200, { ARN: `${secretArn(name)}-AbCdEf`, Name: name, ...answer.body }]
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  })

  return {
    server,
    /** CreateSecret, or PutSecretValue. */
    put(name: string, held: StoredSecret): void {
      const { versions, labels } = secrets.get(name) ?? { versions: new Map(), labels: new Map() }
      const [version, current] = [randomUUID(), labels.get('AWSCURRENT')]
      if (current) labels.set('AWSPREVIOUS', current)
      secrets.set(name, { versions: versions.set(version, held), labels: labels.set('AWSCURRENT', version) })
    },
    clear: (): void => secrets.clear(),
  }
}

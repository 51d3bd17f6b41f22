import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Application } from '../../core/applications/application.ts'
import { attributesOf } from '../../core/applications/attributes.ts'
import { type ApplicationFailure, failureOf } from '../../core/applications/failure.ts'
import type { ApplicationFailureCode } from '../../core/applications/refusals.ts'
import { type Service, ServiceError } from '../../core/applications/service-error.ts'
import { loadSettings } from '../../lib/load-settings.ts'
import { wakecall, wakecallAdmin } from './commands.ts'

const page = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8')
const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^ *\`\`\`${language}\n(.*?)^ *\`\`\`$`, 'gms'))].map(([, block = '']) => block)
const lines = blocksOf('sh').flatMap((block) => block.replaceAll(/\\\n/g, ' ').split('\n'))

const application: Application = {
  arn: 'arn:aws:sns:eu-west-1:123456789012:app/APNS_VOIP/phone',
  name: 'phone',
  platform: 'APNS_VOIP',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key',
  label: 'phone/1',
  credential: { kind: 'apns-key', teamId: 'ABCDE12345', keyId: 'KEY1234567', bundleId: 'com.example.phone.voip' },
  feedbackRoleArn: 'arn:aws:iam::123456789012:role/feedback',
  successSampleRate: '100',
  eventTopicArn: 'arn:aws:sns:eu-west-1:123456789012:events',
}

const said = (service: Service, name: string, message: string, status = 400) =>
  failureOf(new ServiceError(service, { name, message, status }), application, '')

function malformed(): ApplicationFailure {
  try {
    attributesOf(application, 'not a key')
  } catch (error) {
    return error as ApplicationFailure
  }
  throw new Error('this secret was taken')
}

/** A failure of each kind, in the words of AWS where it has some. */
const FAILURES = [
  malformed(),
  said('Secrets Manager', 'ResourceNotFoundException', "Secrets Manager can't find the specified secret value"),
  said('Secrets Manager', 'ResourceNotFoundException', "Secrets Manager can't find the specified secret."),
  said('Secrets Manager', 'InvalidRequestException', 'it was marked for deletion'),
  said('Secrets Manager', 'AccessDeniedException', 'Access to KMS is not allowed'),
  said('Secrets Manager', 'AccessDeniedException', 'is not authorized to perform: secretsmanager:GetSecretValue'),
  said('SNS', 'InvalidParameterException', 'is not a valid role to allow SNS to write to Cloudwatch Logs'),
  said('SNS', 'InvalidParameterException', 'Attributes Reason: Platform credentials are invalid'),
  said('SNS', 'AuthorizationErrorException', 'is not authorized to perform: sns:CreatePlatformApplication'),
  said('SNS', 'LimitExceededException', 'too many'),
  said('SNS', 'ThrottledException', 'Rate exceeded'),
  said('SNS', 'InternalErrorException', 'failed', 500),
  said('SNS', 'ValidationException', 'is not valid'),
]

const CODES: Record<ApplicationFailureCode, true> = {
  secret_malformed: true,
  secret_not_found: true,
  secret_empty: true,
  secret_deleted: true,
  secret_not_readable: true,
  secret_not_decryptable: true,
  credentials_refused: true,
  feedback_role_refused: true,
  not_authorized: true,
  quota_exceeded: true,
  throttled: true,
  unavailable: true,
  refused: true,
}

describe('what a platform application may fail of', () => {
  const section = page.split(/^### /m).find((part) => part.startsWith('A platform application fails')) ?? ''
  const sayings = [...section.matchAll(/^\| `(.+?)` +\|/gm)].map(([, text = '']) => text)
  const rowsOf = (message: string) => sayings.filter((saying) => new RegExp(`: ${saying.replaceAll('…', '.+?')}`).test(message))

  test('every reason has its example here', () => {
    expect(FAILURES.map(({ code }) => code).toSorted()).toEqual(Object.keys(CODES).toSorted())
  })

  test.each(FAILURES.map(({ code, message }) => [code, message]))('%s has one row', (_, message) => {
    expect(rowsOf(message)).toHaveLength(1)
  })

  test('a message that nobody writes has none', () => {
    expect(rowsOf('APNS/phone: The moon is full.')).toEqual([])
  })
})

describe('its commands', () => {
  const ours = (name: string) => lines.flatMap((line) => new RegExp(`(?:^|-u wakecall )${name} (.+)$`).exec(line)?.[1] ?? [])

  test.each([...new Set(ours('wakecall'))])('wakecall %s', async (words) => {
    expect(await wakecall(words)).toEqual([])
  })

  test.each([...new Set(ours('npm run wakecall-admin --'))])('wakecall-admin %s', async (words) => {
    expect(await wakecallAdmin(words)).toEqual([])
  })

  test('one that does not exist, or an option, is found', async () => {
    expect(await wakecall('push-calls --to 1001')).not.toEqual([])
    expect(await wakecall('push-call --two 1001')).toEqual(['--two'])
    expect(await wakecallAdmin('pbx invent acme')).not.toEqual([])
    expect(await wakecallAdmin('pbx invite acme --color red')).toEqual(['--color'])
  })
})

test('its settings can be deployed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'wakecall-deploy-'))
  try {
    const file = join(dir, 'wakecall.config.ts')
    const [config = '', domain = ''] = blocksOf('ts')
    const arn = 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012'
    const text = config.replace('\n} satisfies', `\n  ${domain.replace("'ARN'", `'${arn}'`)}} satisfies`)
    await writeFile(file, text.replace(/^import type .*$/m, '').replace(/ satisfies Config/, ''))
    const { stage, apps, domain: read } = await loadSettings(file)
    expect([stage, Object.keys(apps), read]).toEqual([
      'prod',
      ['com.example.phone'],
      { name: 'push.example.com', certificateArn: arn },
    ])
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('its policies are JSON', () => {
  const policies = blocksOf('json').map((block) => JSON.parse(block))
  expect(policies).toHaveLength(2)
})

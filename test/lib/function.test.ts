import { describe, expect, test } from 'vitest'
import { CallsEnv } from '../../lambdas/calls/env.ts'
import { CredentialsEnv } from '../../lambdas/credentials/env.ts'
import { DevicesEnv } from '../../lambdas/devices/env.ts'
import { EventsEnv } from '../../lambdas/events/env.ts'
import { HistoryEnv } from '../../lambdas/history/env.ts'
import { KeysEnv } from '../../lambdas/keys/env.ts'
import { MessagesEnv } from '../../lambdas/messages/env.ts'
import { type Access, told } from '../../lib/access.ts'
import { DEPLOYED_FUNCTIONS, type Uses } from '../../lib/function.ts'
import type { Config } from '../../lib/settings.ts'
import { ALERT, DELIVERY_LOGS, FCM, functionOf, propertiesOf, synthesize, VOIP } from './synthesize.ts'

const template = synthesize()
const schemas = {
  calls: CallsEnv,
  messages: MessagesEnv,
  devices: DevicesEnv,
  history: HistoryEnv,
  keys: KeysEnv,
  events: EventsEnv,
  applications: { entries: {} },
  credentials: CredentialsEnv,
}

const variablesOf = (name: keyof typeof schemas, of = template) =>
  (functionOf(of, name).properties.Environment as { Variables: Record<string, unknown> } | undefined)?.Variables ?? {}

describe.each(DEPLOYED_FUNCTIONS)('%s', (name) => {
  const { properties } = functionOf(template, name)

  test('runs on Node 24 and ARM, with its lines on stdout left alone', () => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'WARN' },
    })
    for (const unused of ['ReservedConcurrentExecutions', 'TracingConfig']) expect(properties).not.toHaveProperty(unused)
  })

  test('has exactly the variables that its env.ts reads', () => {
    expect(Object.keys(variablesOf(name)).sort()).toEqual(Object.keys(schemas[name].entries).sort())
  })
})

test.each(['calls', 'messages', 'devices', 'history', 'events', 'credentials'] as const)('%s knows the apps', (name) => {
  const phone = { bundle: 'com.example.phone', voip: VOIP, alert: ALERT, fcm: FCM }
  expect(JSON.parse(variablesOf(name).APPS as string)).toEqual({ phone })
  expect(JSON.parse(variablesOf(name, synthesize({ apps: {} })).APPS as string)).toEqual({})
})

test.each([
  ['calls', 512, 10],
  ['messages', 512, 10],
  ['devices', 512, 10],
  ['history', 512, 20],
  ['keys', 512, 10],
  ['events', 512, 30],
  ['applications', 256, 180],
  ['credentials', 256, 60],
] as const)('%s has %i MiB and %i s', (name, MemorySize, Timeout) => {
  expect(functionOf(template, name).properties).toMatchObject({ MemorySize, Timeout })
})

test('a variable too few or too many does not compile', () => {
  const access: Access = told('')
  const exact = { TABLE_NAME: access, APPS: access } satisfies Uses<'devices'>
  // @ts-expect-error APPS is missing
  const missing = { TABLE_NAME: access } satisfies Uses<'devices'>
  // @ts-expect-error devices reads no such variable
  const superfluous = { TABLE_NAME: access, APPS: access, CALLER_KEY: access } satisfies Uses<'devices'>
  expect([exact, missing, superfluous].map((uses) => Object.keys(uses).length)).toEqual([2, 1, 3])
})

describe("the key of callers' numbers", () => {
  test('is made by Secrets Manager and stands in no template', () => {
    const secrets = Object.keys(template.findResources('AWS::SecretsManager::Secret'))
    expect(secrets).toHaveLength(1)
    expect(variablesOf('calls').CALLER_KEY).toEqual({
      'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: secrets[0] }, ':SecretString:::}}']],
    })
  })

  test('is none where numbers are kept', () => {
    const keeping = synthesize({ keepNumbers: true })
    expect(variablesOf('calls', keeping).CALLER_KEY).toBe('')
    keeping.resourceCountIs('AWS::SecretsManager::Secret', 0)
  })
})

describe('log groups', () => {
  const groups = (config?: Config) => propertiesOf(synthesize(config), 'AWS::Logs::LogGroup')

  test('are one a function, one of the API, and those of the platform applications', () => {
    const own = groups({ retention: { logDays: 30 } }).filter(({ RetentionInDays }) => RetentionInDays === 30)
    expect(own.map(({ LogGroupName }) => LogGroupName)).toEqual([
      ...DEPLOYED_FUNCTIONS.map((name) => `/wakecall/test/${name}`),
      '/aws/vendedlogs/wakecall/test/access',
      '/wakecall/test/provider',
    ])
    expect(groups()).toHaveLength(own.length + DELIVERY_LOGS.length)
  })

  test('go with their stack, for it could not be deployed again beside them', () => {
    const policies = Object.values(template.findResources('AWS::Logs::LogGroup')).map(({ DeletionPolicy }) => DeletionPolicy)
    expect(new Set(policies)).toEqual(new Set(['Delete']))
  })
})

import { describe, expect, test } from 'vitest'
import { CallsEnv } from '../../lambdas/calls/env.ts'
import { DevicesEnv } from '../../lambdas/devices/env.ts'
import { HistoryEnv } from '../../lambdas/history/env.ts'
import { MessagesEnv } from '../../lambdas/messages/env.ts'
import type { Access } from '../../lib/access.ts'
import type { Uses } from '../../lib/function.ts'
import { FUNCTIONS } from '../../wire/routes.ts'
import { apps, functionOf, synthesize } from './synthesize.ts'

const template = synthesize()
const schemas = { calls: CallsEnv, messages: MessagesEnv, devices: DevicesEnv, history: HistoryEnv }

describe.each(FUNCTIONS)('%s', (name) => {
  const { properties } = functionOf(template, name)

  test('runs on Node 24 and ARM, traced, with its lines on stdout left alone', () => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogFormat: 'Text' },
    })
    expect(properties).not.toHaveProperty('ReservedConcurrentExecutions')
  })

  test('has exactly the variables that its env.ts reads', () => {
    const { Variables } = properties.Environment as { Variables: Record<string, unknown> }
    expect(Object.keys(Variables).sort()).toEqual(Object.keys(schemas[name].entries).sort())
    expect(JSON.parse(Variables.APPS as string)).toEqual(apps)
  })

  test('has a role of its own without managed policies', () => {
    const [roleId] = (properties.Role as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt']
    expect(template.findResources('AWS::IAM::Role')[roleId]?.Properties).not.toHaveProperty('ManagedPolicyArns')
    template.resourceCountIs('AWS::IAM::Role', FUNCTIONS.length)
  })
})

test.each([
  ['calls', 1024, 10],
  ['messages', 512, 10],
  ['devices', 512, 10],
  ['history', 512, 20],
] as const)('%s has %i MiB and %i s', (name, MemorySize, Timeout) => {
  expect(functionOf(template, name).properties).toMatchObject({ MemorySize, Timeout })
})

test('a variable too few or too many does not compile', () => {
  const access: Access = { value: '', grants: [] }
  const exact = { TABLE_NAME: access, APPS: access } satisfies Uses<'calls'>
  // @ts-expect-error APPS is missing
  const missing = { TABLE_NAME: access } satisfies Uses<'calls'>
  // @ts-expect-error calls reads no such variable
  const superfluous = { TABLE_NAME: access, APPS: access, CALLS_LOG_GROUP: access } satisfies Uses<'calls'>
  expect([exact, missing, superfluous].map((uses) => Object.keys(uses).length)).toEqual([2, 1, 3])
})

describe('log groups', () => {
  const groups = (retention: number) =>
    Object.values(synthesize({ logRetentionDays: retention }).findResources('AWS::Logs::LogGroup'))

  test('are one a function and one of the API, each with the retention of the setting', () => {
    expect(groups(30).map(({ Properties }) => [Properties.LogGroupName, Properties.RetentionInDays])).toEqual([
      ...FUNCTIONS.map((name) => [`/wakecall/test/${name}`, 30]),
      ['/aws/vendedlogs/wakecall/test/access', 30],
    ])
  })

  test('go with their stack, for it could not be deployed again beside them', () => {
    expect(groups(7).map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(Array(5).fill('Delete'))
  })
})

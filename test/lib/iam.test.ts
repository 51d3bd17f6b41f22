import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { DEPLOYED_FUNCTIONS, type DeployedFunction } from '../../lib/function.ts'
import { ALERT, DELIVERY_LOGS, FCM, functionOf, propertiesOf, synthesize, VOIP } from './synthesize.ts'

type Statement = { Effect: string; Action: string | string[]; Resource: unknown }
type Grants = Record<string, string[]>

/** A resource by a name that tells it: a log group by its own, the other things of the stack by their kind, else the ARN. */
function nameOf(template: Template, resource: unknown): string {
  if (typeof resource === 'string') return resource
  if (typeof resource !== 'object' || resource === null) throw new TypeError(`no resource: ${resource}`)
  if ('Fn::Join' in resource) {
    const [, parts] = resource['Fn::Join'] as [string, unknown[]]
    return parts.map((part) => (typeof part === 'string' ? part : nameOf(template, part))).join('')
  }
  const [id = ''] = (resource as { 'Fn::GetAtt': string[] })['Fn::GetAtt']
  const { Type, Properties } = template.toJSON().Resources[id]
  return Properties.LogGroupName ?? KINDS[Type] ?? id
}

const KINDS: Record<string, string> = {
  'AWS::DynamoDB::Table': 'table',
  'AWS::SQS::Queue': 'queue',
  'AWS::Lambda::Function': 'function',
  'AWS::IAM::Role': 'role',
}

/** What the statements allow, by resource. */
function grantsOf(template: Template, statements: Statement[]): Grants {
  const grants: Grants = {}
  for (const { Action, Resource } of statements) {
    for (const resource of [Resource].flat()) {
      const key = nameOf(template, resource)
      grants[key] = [...(grants[key] ?? []), ...[Action].flat()].sort()
    }
  }
  return grants
}

type Role = { Policies?: { PolicyDocument: { Statement: Statement[] } }[] }

function statementsOf(template: Template, roleId: string): Statement[] {
  const attached = Object.values(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: roleId }] } }))
  const { Policies = [] }: Role = template.findResources('AWS::IAM::Role')[roleId]?.Properties ?? {}
  return [...Policies, ...attached.map(({ Properties }) => Properties)].flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
}

function roleOf(template: Template, name: DeployedFunction | 'provider'): string {
  const [roleId = ''] = (functionOf(template, name).properties.Role as { 'Fn::GetAtt': string[] })['Fn::GetAtt']
  return roleId
}

const grantsOfFunction = (template: Template, name: DeployedFunction | 'provider'): Grants =>
  grantsOf(template, statementsOf(template, roleOf(template, name)))

const READ_ITEM = ['dynamodb:GetItem']
const PATCH_ITEMS = ['dynamodb:GetItem', 'dynamodb:UpdateItem']
const ITEMS = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem']
const WRITE_LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents']
const READ_LOGS = ['logs:FilterLogEvents']
const APPLICATIONS = [VOIP, ALERT, FCM]
const ENDPOINTS = APPLICATIONS.map((arn) => `${arn.replace(':app/', ':endpoint/')}/*`)
const onEach = (resources: string[], actions: string[]) => Object.fromEntries(resources.map((arn) => [arn, actions]))
const writesLog = (name: string) => ({ [`/wakecall/test/${name}`]: WRITE_LOGS })

const PUSH = ['sns:DeleteEndpoint', 'sns:Publish']
const REGISTER = ['sns:DeleteEndpoint', 'sns:SetEndpointAttributes']
const PRUNE = ['sns:DeleteEndpoint']
const RECEIVE = ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage']
const ADMINISTER = ['Get', 'Set'].map((verb) => `sns:${verb}PlatformApplicationAttributes`)
const OF_THE_STAGE = 'arn:aws:sns:eu-west-1:123456789012:app/*/wakecall-test-*'
const READ_AND_LABEL = ['DescribeSecret', 'GetSecretValue', 'UpdateSecretVersionStage'].map(
  (action) => `secretsmanager:${action}`,
)
const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:wakecall/${name}-??????`

const GRANTS: Record<DeployedFunction | 'provider', Grants> = {
  calls: { table: ITEMS, ...writesLog('calls'), ...onEach([...APPLICATIONS, ...ENDPOINTS], PUSH) },
  messages: { table: ITEMS, ...writesLog('messages'), ...onEach([...APPLICATIONS, ...ENDPOINTS], PUSH) },
  devices: {
    table: ITEMS,
    ...writesLog('devices'),
    ...onEach(APPLICATIONS, ['sns:CreatePlatformEndpoint', ...REGISTER]),
    ...onEach(ENDPOINTS, REGISTER),
  },
  history: {
    table: READ_ITEM,
    '/wakecall/test/history': ['logs:CreateLogStream', ...READ_LOGS, 'logs:PutLogEvents'],
    ...onEach(DELIVERY_LOGS, READ_LOGS),
  },
  keys: { table: PATCH_ITEMS, ...writesLog('keys') },
  events: {
    table: ITEMS,
    ...writesLog('events'),
    ...onEach([...APPLICATIONS, ...ENDPOINTS], PRUNE),
    queue: RECEIVE.map((action) => `sqs:${action}`),
  },
  applications: {
    ...writesLog('applications'),
    ...onEach(['apns-key', 'fcm'].map(secret), READ_AND_LABEL),
    ...onEach(APPLICATIONS, ['sns:CreatePlatformApplication', ...ADMINISTER]),
    'arn:aws:sns:eu-west-1:123456789012:app/': ['sns:CreatePlatformApplication'],
    role: ['iam:PassRole'],
  },
  credentials: { ...writesLog('credentials'), ...onEach(APPLICATIONS, ['sns:GetPlatformApplicationAttributes']) },
  provider: {
    ...writesLog('provider'),
    function: ['lambda:GetFunction', 'lambda:InvokeFunction'],
    'function:*': ['lambda:InvokeFunction'],
  },
}

/** Every pattern that a role of the stack holds, and why it has to be one. */
const PATTERNS: Record<string, string> = {
  ...onReason(ENDPOINTS, 'endpoints are made as phones register'),
  ...onReason(['apns-key', 'fcm'].map(secret), 'Secrets Manager ends the ARN of a secret in six random characters'),
  'function:*': "CDK's provider framework may call any version of its one function",
}
function onReason(resources: string[], reason: string): Record<string, string> {
  return Object.fromEntries(resources.map((resource) => [resource, reason]))
}

const template = synthesize()

describe('each function may do exactly this', () => {
  test.each([...DEPLOYED_FUNCTIONS, 'provider'] as const)('%s', (name) => {
    expect(grantsOfFunction(template, name)).toEqual(GRANTS[name])
  })
})

test.each([
  ['with', {}],
  ['and without', { apps: {} }],
])('applications are deleted only where the settings say so: %s apps, for it is those that have left', (_, apps) => {
  const grants = grantsOfFunction(synthesize({ ...apps, removal: { applications: 'destroy' } }), 'applications')
  expect(grants[OF_THE_STAGE]).toEqual(['sns:DeletePlatformApplication'])
  expect(JSON.stringify(grantsOfFunction(synthesize(apps), 'applications'))).not.toContain('DeletePlatformApplication')
})

describe('without mobile apps nothing of SNS, of secrets or of roles is granted', () => {
  const template = synthesize({ apps: {} })
  test.each(DEPLOYED_FUNCTIONS)('%s', (name) => {
    const own = Object.entries(GRANTS[name]).filter(([resource]) => !/:sns[:/]|^sns\/|:secret:|^role$/.test(resource))
    expect(grantsOfFunction(template, name)).toEqual(Object.fromEntries(own))
  })
})

describe('SNS may write delivery status', () => {
  const roleIds = propertiesOf(template, 'Custom::SnsPlatformApplication').map(
    ({ FeedbackRoleArn }) => (FeedbackRoleArn as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'][0],
  )
  const [roleId = ''] = roleIds

  test('to the log groups of the platform applications and to no others', () => {
    const actions = ['CreateLogGroup', 'CreateLogStream', 'PutLogEvents', 'PutMetricFilter', 'PutRetentionPolicy']
    const write = actions.map((action) => `logs:${action}`)
    expect(grantsOf(template, statementsOf(template, roleId))).toEqual(onEach(DELIVERY_LOGS, write))
  })

  test('in one role, and nobody else may', () => {
    expect(new Set(roleIds).size).toBe(1)
    expect(template.findResources('AWS::IAM::Role')[roleId]?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' } },
    ])
  })
})

describe('of all roles', () => {
  const roleIds = Object.keys(template.findResources('AWS::IAM::Role'))
  const statements = roleIds.flatMap((id) => statementsOf(template, id))

  test('there are one a function, one of the provider framework and one of SNS', () => {
    expect(roleIds).toHaveLength(DEPLOYED_FUNCTIONS.length + 2)
  })

  test('none has an action that is a pattern', () => {
    expect(statements.flatMap(({ Action }) => Action).filter((action) => /[*?]/.test(action))).toEqual([])
  })

  test('none has a resource that is a pattern, but for those with a reason', () => {
    const patterns = Object.keys(grantsOf(template, statements)).filter((resource) => /[*?]/.test(resource))
    expect(patterns.sort()).toEqual(Object.keys(PATTERNS).sort())
  })

  test('none has a managed policy', () => {
    for (const properties of propertiesOf(template, 'AWS::IAM::Role')) expect(properties).not.toHaveProperty('ManagedPolicyArns')
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0)
  })
})

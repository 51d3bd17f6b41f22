import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { FUNCTIONS, type FunctionName } from '../../wire/routes.ts'
import { ALERT, FCM, functionOf, synthesize, VOIP } from './synthesize.ts'

type Statement = { Effect: string; Action: string | string[]; Resource: unknown }

/** What a role may do, by resource: the table as `table`, a log group by its name, everything else by its ARN. */
function grantsOf(template: Template, name: FunctionName): Record<string, string[]> {
  const roleId = (functionOf(template, name).properties.Role as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0]
  const policies = Object.values(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: roleId }] } }))
  const statements: Statement[] = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
  const grants: Record<string, string[]> = {}
  for (const { Action, Resource } of statements) {
    for (const resource of [Resource].flat()) {
      const key = nameOf(template, resource)
      grants[key] = [...(grants[key] ?? []), ...[Action].flat()].sort()
    }
  }
  return grants
}

function nameOf(template: Template, resource: unknown): string {
  if (typeof resource === 'string') return resource
  const [id = ''] = (resource as { 'Fn::GetAtt': string[] })['Fn::GetAtt']
  return template.toJSON().Resources[id].Properties.LogGroupName ?? 'table'
}

const XRAY = { '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'] }
const ITEMS = ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem']
const WRITE_LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents']
const READ_LOGS = ['logs:FilterLogEvents']
const APPLICATIONS = [VOIP, ALERT, FCM]
const ENDPOINTS = APPLICATIONS.map((arn) => `${arn.replace(':app/', ':endpoint/')}/*`)
const onEach = (resources: string[], actions: string[]) => Object.fromEntries(resources.map((arn) => [arn, actions]))

const PUSH = ['sns:DeleteEndpoint', 'sns:Publish']
const REGISTER = ['sns:DeleteEndpoint', 'sns:SetEndpointAttributes']
const DELIVERY_LOGS = ['APNS_VOIP/phone', 'APNS/phone', 'GCM/phone'].flatMap((app) =>
  ['', '/Failure'].map((kind) => `arn:aws:logs:eu-west-1:123456789012:log-group:sns/eu-west-1/123456789012/app/${app}${kind}:*`),
)

const GRANTS: Record<FunctionName, Record<string, string[]>> = {
  calls: { table: ITEMS, '/wakecall/test/calls': WRITE_LOGS, ...onEach([...APPLICATIONS, ...ENDPOINTS], PUSH), ...XRAY },
  messages: { table: ITEMS, '/wakecall/test/messages': WRITE_LOGS, ...onEach([...APPLICATIONS, ...ENDPOINTS], PUSH), ...XRAY },
  devices: {
    table: ITEMS,
    '/wakecall/test/devices': WRITE_LOGS,
    ...onEach(APPLICATIONS, ['sns:CreatePlatformEndpoint', ...REGISTER]),
    ...onEach(ENDPOINTS, REGISTER),
    ...XRAY,
  },
  history: {
    table: ['dynamodb:GetItem'],
    '/wakecall/test/calls': READ_LOGS,
    '/wakecall/test/history': ['logs:CreateLogStream', ...READ_LOGS, 'logs:PutLogEvents'],
    ...onEach(DELIVERY_LOGS, READ_LOGS),
    ...XRAY,
  },
}

describe('each function may do exactly this', () => {
  const template = synthesize()
  test.each(FUNCTIONS)('%s', (name) => {
    expect(grantsOf(template, name)).toEqual(GRANTS[name])
  })
})

describe('without mobile apps nothing of SNS is granted', () => {
  const template = synthesize({ apps: {} })
  test.each(FUNCTIONS)('%s', (name) => {
    const own = Object.entries(GRANTS[name]).filter(([resource]) => !/:sns[:/]/.test(resource))
    expect(grantsOf(template, name)).toEqual(Object.fromEntries(own))
  })
})

test('an application that serves two apps is granted once', () => {
  const template = synthesize({ apps: { phone: { fcm: FCM }, desk: { fcm: FCM } } })
  expect(grantsOf(template, 'calls')[FCM]).toEqual(PUSH)
})

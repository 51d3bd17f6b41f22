import { App, Stack, Validations } from 'aws-cdk-lib'
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, test } from 'vitest'
import { config as example } from '../../wakecall.config.example.ts'
import { apps, createStack } from './synthesize.ts'

const TABLE = 'arn:aws:dynamodb:eu-west-1:123456789012:table/other'

const manyApps = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`com.example.telephone.${index}`, apps.phone]))

function check(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  app.synth()
}

describe("cdk-nag's AWS Solutions rules", () => {
  test.each([
    ['of the example', example, {}],
    ['of a known account and region', { apps }, { account: '123456789012', region: 'eu-west-1' }],
    ['without mobile apps', { apps: {} }, {}],
    ['whose roles need more than one policy each', { apps: manyApps }, {}],
  ])('find nothing in the stack %s', (_, config, env) => {
    expect(() => check(createStack(config, env).app)).not.toThrow()
  })

  test('find a table without point-in-time recovery', () => {
    const app = new App()
    new Table(new Stack(app, 'bad'), 'Table', { partitionKey: { name: 'pk', type: AttributeType.STRING } })
    expect(() => check(app)).toThrow(/AwsSolutions-DDB3/)
  })

  test.each([
    ['an action', 'dynamodb:*', TABLE, 'AwsSolutions-IAM5[Action::dynamodb:*]'],
    ['a resource', 'dynamodb:GetItem', `${TABLE}*`, `AwsSolutions-IAM5[Resource::${TABLE}*]`],
  ])('find %s with a wildcard in a role of ours: no more is acknowledged than is said', (_, action, resource, rule) => {
    const { app, stack } = createStack()
    const role = stack.node.findChild('calls').node.findChild('Role') as Role
    role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }))
    expect(() => check(app)).toThrow(rule)
  })
})

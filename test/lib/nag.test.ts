import { App, Stack, Validations } from 'aws-cdk-lib'
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, test } from 'vitest'
import { createStack } from './synthesize.ts'

const TABLE = 'arn:aws:dynamodb:eu-west-1:123456789012:table/other'

function check(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  app.synth()
}

describe("cdk-nag's AWS Solutions rules", () => {
  test.each([
    ['with mobile apps', {}],
    ['without', { apps: {} }],
  ])('find nothing in the stack %s', (_, settings) => {
    expect(() => check(createStack(settings).app)).not.toThrow()
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

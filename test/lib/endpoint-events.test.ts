import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import { functionOf, propertiesOf, synthesize } from './synthesize.ts'

const template = synthesize()
const [topicId = ''] = Object.keys(template.findResources('AWS::SNS::Topic')).filter((id) => id.startsWith('EndpointEvents'))
const idOfQueue = (name: string) =>
  Object.keys(template.findResources('AWS::SQS::Queue')).find((id) => id.startsWith(`EndpointEvents${name}`)) ?? ''

type Statement = { Effect: string; Principal: unknown; Condition: Record<string, unknown> }
const statementsFor = (type: string, key: 'Topics' | 'Queues', id: string): Statement[] =>
  propertiesOf(template, type)
    .filter((properties) => JSON.stringify(properties[key]) === JSON.stringify([{ Ref: id }]))
    .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement)

test('go from the platform applications to the topic', () => {
  const topics = propertiesOf(template, 'Custom::SnsPlatformApplication').map(({ EventTopicArn }) => EventTopicArn)
  expect(topics).toEqual(Array(3).fill({ Ref: topicId }))
})

test('go from the topic to the queue, as they are and only those that the function reads', () => {
  template.hasResourceProperties('AWS::SNS::Subscription', {
    TopicArn: { Ref: topicId },
    Protocol: 'sqs',
    Endpoint: { 'Fn::GetAtt': [idOfQueue('Queue'), 'Arn'] },
    RawMessageDelivery: true,
    FilterPolicyScope: 'MessageBody',
    FilterPolicy: { EventType: ['DeliveryFailure', 'EndpointUpdated'] },
  })
})

test('go from the queue to the function in batches, by a few functions at once, and come back one by one', () => {
  const [mapping] = propertiesOf(template, 'AWS::Lambda::EventSourceMapping')
  expect(mapping).toMatchObject({
    EventSourceArn: { 'Fn::GetAtt': [idOfQueue('Queue'), 'Arn'] },
    FunctionName: { Ref: functionOf(template, 'events').id },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  })
  expect(mapping?.BatchSize).toBeGreaterThanOrEqual(10)
  expect(mapping).toMatchObject({ ScalingConfig: { MaximumConcurrency: 5 } })
})

test('stay hidden for six times what the function may take, and are laid aside after the third failure for two weeks', () => {
  const { Timeout } = functionOf(template, 'events').properties as { Timeout: number }
  template.hasResourceProperties('AWS::SQS::Queue', {
    VisibilityTimeout: 6 * Timeout,
    RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': [idOfQueue('DeadLetters'), 'Arn'] }, maxReceiveCount: 3 },
  })
  template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 14 * 24 * 3600, RedrivePolicy: Match.absent() })
})

test('are encrypted at rest', () => {
  template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true })
})

describe('without TLS nobody', () => {
  const refusal = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }
  test.each([
    ['publishes', () => statementsFor('AWS::SNS::TopicPolicy', 'Topics', topicId)],
    ['sends or receives', () => statementsFor('AWS::SQS::QueuePolicy', 'Queues', idOfQueue('Queue'))],
    ['sends or receives dead letters', () => statementsFor('AWS::SQS::QueuePolicy', 'Queues', idOfQueue('DeadLetters'))],
  ])('%s', (_, statements) => {
    expect(statements()).toContainEqual(expect.objectContaining(refusal))
  })
})

test('are published for this account only', () => {
  const allowed = statementsFor('AWS::SNS::TopicPolicy', 'Topics', topicId).filter(({ Effect }) => Effect === 'Allow')
  expect(allowed.map(({ Condition }) => Condition)).toEqual([
    { StringEquals: { 'AWS:SourceOwner': '123456789012' } },
    { StringEquals: { 'aws:SourceAccount': '123456789012' } },
  ])
})

test('and a look at the credentials is taken every hour', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 hour)',
    Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [functionOf(template, 'credentials').id, 'Arn'] } })],
  })
})

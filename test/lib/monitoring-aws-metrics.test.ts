import { describe, expect, test } from 'vitest'
import { DEPLOYED_FUNCTIONS } from '../../lib/function.ts'
import { inventory, type NamedMetric, type SynthesizedTemplate } from '../../lib/monitoring/inventory.ts'
import { synthesizeMonitoring } from './monitoring-stack.ts'

const template = synthesizeMonitoring()
const { widgets, alarms } = inventory(template.toJSON() as SynthesizedTemplate)
const named = (lists: { metrics: NamedMetric[] }[]) =>
  lists.flatMap(({ metrics }) => metrics).filter(({ namespace }) => namespace.startsWith('AWS/'))

/**
 * What AWS publishes, as its pages say: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html.
 * By namespace: the dimension, the type of what it names, and the metrics that the dashboard and the alarms show.
 */
const PUBLISHED = {
  'AWS/ApiGateway': { dimension: 'ApiId', type: 'AWS::ApiGatewayV2::Api', shown: ['Count', '5xx'], alarming: ['Count', '5xx'] },
  'AWS/Lambda': {
    dimension: 'FunctionName',
    type: 'AWS::Lambda::Function',
    shown: ['Invocations', 'Errors', 'Throttles', 'Duration'],
    alarming: ['Invocations', 'Errors', 'Throttles'],
  },
  'AWS/SQS': {
    dimension: 'QueueName',
    type: 'AWS::SQS::Queue',
    shown: ['ApproximateNumberOfMessagesVisible'],
    alarming: ['ApproximateNumberOfMessagesVisible'],
  },
  'AWS/DynamoDB': {
    dimension: 'TableName',
    type: 'AWS::DynamoDB::Table',
    shown: ['ReadThrottleEvents', 'WriteThrottleEvents', 'ConsumedReadCapacityUnits', 'ConsumedWriteCapacityUnits'],
    alarming: ['ReadThrottleEvents', 'WriteThrottleEvents'],
  },
  'AWS/Logs': { dimension: 'LogGroupName', type: 'AWS::Logs::LogGroup', shown: ['IncomingBytes'], alarming: [] },
} as const

test('no other namespace of AWS is named', () => {
  const namespaces = new Set(named([...widgets, ...alarms]).map(({ namespace }) => namespace))
  expect([...namespaces].sort()).toEqual(Object.keys(PUBLISHED).sort())
})

describe.each(Object.entries(PUBLISHED))('%s', (namespace, { dimension, type, shown, alarming }) => {
  const ours = (lists: { metrics: NamedMetric[] }[]) => named(lists).filter((metric) => metric.namespace === namespace)
  const names = (lists: { metrics: NamedMetric[] }[]) => [...new Set(ours(lists).map(({ name }) => name))].sort()

  test('has these metrics on the dashboard, and these in alarms', () => {
    expect(names(widgets)).toEqual([...shown].sort())
    expect(names(alarms)).toEqual([...alarming].sort())
  })

  test('has one dimension, which names a resource of the stack', () => {
    const ids = Object.keys(template.findResources(type))
    for (const { dimensions } of ours([...widgets, ...alarms])) {
      expect(Object.keys(dimensions)).toEqual([dimension])
      expect(ids).toContain(dimensions[dimension])
    }
  })
})

const functionsOf = (lists: { metrics: NamedMetric[] }[], metric: string): string[] => {
  const ids = named(lists).flatMap(({ name, dimensions: { FunctionName } }) =>
    name === metric && FunctionName ? [FunctionName] : [],
  )
  return [...new Set(ids.map((id) => id.replace(/Function[0-9A-F]{8}$/, '')))].sort()
}
const alarm = (name: string) => alarms.filter((one) => one.name === `wakecall-test-${name}`)

test.each([
  ['every function is looked at for throttles', 'functions-throttled', 'Throttles', [...DEPLOYED_FUNCTIONS].sort()],
  ['those that no PBX waits for are looked at for errors', 'background-errors', 'Errors', ['credentials', 'events']],
  ['those behind the API', 'api-throttled', 'Invocations', ['calls', 'devices', 'history', 'keys', 'messages']],
])('%s', (_, name, metric, functions) => {
  expect(functionsOf(alarm(name), metric)).toEqual(functions)
})

test('the queue of dead letters is the one that is looked at, not the one that they come from', () => {
  const [metric] = named(alarm('dead-letters'))
  expect(metric?.dimensions.QueueName).toMatch(/DeadLetters/)
})

test.each(alarms)('$name takes ten metrics at most, as CloudWatch does', ({ metrics }) => {
  expect(metrics.length).toBeGreaterThan(0)
  expect(metrics.length).toBeLessThanOrEqual(10)
})

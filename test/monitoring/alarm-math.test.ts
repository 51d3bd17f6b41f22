import type { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import type { Config } from '../../lib/settings.ts'
import { apps, synthesizeMonitoring } from '../lib/monitoring-stack.ts'
import { evaluate } from './metric-math.ts'

type Query = {
  Id: string
  Expression?: string
  MetricStat?: { Metric: { MetricName: string; Dimensions?: { Value: string | { Ref: string } }[] } }
}
type Alarm = { AlarmName: string; Metrics: Query[]; Threshold: number; ComparisonOperator: string }
type Counts = Record<string, number>

/** A metric as the tests call it: its name, and what tells it from others of that name (`Invocations calls`). */
function called({ MetricStat }: Query): string {
  const { MetricName = '', Dimensions = [] } = MetricStat?.Metric ?? {}
  const values = Dimensions.map(({ Value }) => (typeof Value === 'string' ? Value : Value.Ref))
  const [which] = values
    .flatMap((value) => /^(ios|android)$|^(\w+)Function[0-9A-F]{8}$/.exec(value) ?? [])
    .slice(1)
    .filter(Boolean)
  return [MetricName, which].filter(Boolean).join(' ')
}

function alarmOf(template: Template, name: string): Alarm {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties as Alarm)
  const alarm = alarms.find(({ AlarmName }) => AlarmName === `wakecall-test-${name}`)
  if (!alarm) throw new Error(`there is no alarm ${name}`)
  return alarm
}

/** What an alarm makes of one period; of metrics that are not in `counts` there is no point. Throws for one that it lacks. */
function judged(name: string, counts: Counts, config?: Config): { value: number | undefined; alarm: boolean } {
  const { Metrics, Threshold, ComparisonOperator } = alarmOf(synthesizeMonitoring(config), name)
  const [{ Expression = '' } = {}, ...more] = Metrics.filter((query) => query.Expression)
  const names = new Map(Metrics.filter(({ MetricStat }) => MetricStat).map((query) => [query.Id, called(query)]))
  expect(more).toEqual([])
  expect([...names.values()]).toEqual(expect.arrayContaining(Object.keys(counts)))
  const value = evaluate(Expression, (id) => {
    const metric = names.get(id)
    if (metric === undefined) throw new Error(`${id} is no metric of ${name}`)
    return counts[metric]
  })
  if (value === undefined) return { value, alarm: false }
  return { value, alarm: ComparisonOperator === 'LessThanThreshold' ? value < Threshold : value > Threshold }
}

const FCM = { failed: 'FcmFailed', delivered: 'FcmDelivered' }
const invoked = { 'Invocations calls': 900, 'Invocations messages': 30, 'Invocations devices': 30, 'Invocations history': 19 }

describe('wake-rate: of the calls that were pushed, the share that woke a phone, in percent', () => {
  test.each([
    ['half of them woke', { Pushed: 20, 'CallsWoken ios': 4, 'CallsWoken android': 6 }, 50, false],
    ['less than half', { Pushed: 20, 'CallsWoken ios': 3, 'CallsWoken android': 6 }, 45, true],
    ['only iPhones woke', { Pushed: 40, 'CallsWoken ios': 30 }, 75, false],
    ['only Androids woke', { Pushed: 40, 'CallsWoken android': 30 }, 75, false],
    ['nothing woke', { Pushed: 20 }, 0, true],
    ['nothing woke of too few to tell', { Pushed: 19 }, 100, false],
  ])('%s', (_, counts, value, alarm) => {
    expect(judged('wake-rate', counts)).toEqual({ value, alarm })
  })

  test('a quarter of an hour without a call is no alarm', () => {
    expect(judged('wake-rate', {}).alarm).toBe(false)
  })

  test.each([
    ['Androids', { phone: { google: { serviceAccountSecret: 'fcm' } } }, 'android', 'ios'],
    ['iPhones', { old: apps.old }, 'ios', 'android'],
  ])('with %s only, it has no metric of the others: nothing ever publishes one', (_, of, here, missing) => {
    const counts = { Pushed: 20, [`CallsWoken ${here}`]: 9 }
    expect(judged('wake-rate', counts, { apps: of })).toEqual({ value: 45, alarm: true })
    expect(() => judged('wake-rate', { ...counts, [`CallsWoken ${missing}`]: 9 }, { apps: of })).toThrow()
  })
})

describe('provider-failures: of the pushes that SNS took, the share that failed, in percent', () => {
  test.each([
    ['one in ten', { [FCM.failed]: 2, [FCM.delivered]: 18 }, 100, 10, false],
    ['more', { [FCM.failed]: 3, [FCM.delivered]: 17 }, 100, 15, true],
    ['all of them', { [FCM.failed]: 20 }, 100, 100, true],
    ['all of too few to tell', { [FCM.failed]: 19 }, 100, 0, false],
    ['none', { [FCM.delivered]: 100 }, 100, 0, false],
    ['a record stands for ten deliveries', { [FCM.failed]: 10, [FCM.delivered]: 9 }, 10, 10, false],
    ['and for no more', { [FCM.failed]: 10, [FCM.delivered]: 4 }, 10, 20, true],
  ])('%s', (_, counts, deliverySamplePercent, value, alarm) => {
    expect(judged('provider-failures-fcm', counts, { deliverySamplePercent })).toEqual({ value, alarm })
  })
})

describe('api-throttled: of the requests, the share that API Gateway turned away, in percent', () => {
  test.each([
    ['two in a hundred', { Count: 1000, ...invoked, 'Invocations keys': 1 }, 2, true],
    ['too few to tell from the edges of the minutes', { Count: 1000, ...invoked, 'Invocations keys': 2 }, 0, false],
    ['one in a hundred', { Count: 10_000, 'Invocations calls': 9900 }, 1, false],
    ['what Lambda throttled got further', { Count: 1000, ...invoked, 'Throttles calls': 10, 'Throttles history': 5 }, 0, false],
    ['all of them', { Count: 500 }, 100, true],
    ['none', { Count: 979, ...invoked }, 0, false],
    ['nobody asked', {}, 0, false],
  ])('%s', (_, counts, value, alarm) => {
    expect(judged('api-throttled', counts)).toEqual({ value, alarm })
  })
})

describe('metric math', () => {
  const of = (expression: string) => evaluate(expression, (id) => ({ one: 1, two: 2 })[id])

  test.each([
    ['8-two-one', 5],
    ['8/two/two', 2],
    ['one+two*3', 7],
    ['(one+two)*3', 9],
    ['IF(two>=2,one,0)', 1],
    ['IF(two>2,one,0)', 0],
    ['FILL(none,4)', 4],
    ['FILL(two,4)', 2],
    ['none+one', undefined],
    ['one/0', undefined],
  ])('%s', (expression, value) => {
    expect(of(expression)).toBe(value)
  })

  test.each(['one two', 'one+', 'IF(one', 'MAX(one,two)', 'one%two'])('%s is none that the tests read', (expression) => {
    expect(() => of(expression)).toThrow()
  })
})

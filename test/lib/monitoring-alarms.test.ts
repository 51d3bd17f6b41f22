import { readFileSync } from 'node:fs'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { describe, expect, test } from 'vitest'
import type { Config } from '../../lib/settings.ts'
import { anchorsOf } from './monitoring-anchors.ts'
import { compositesOf } from './monitoring-composites.ts'
import { synthesizeMonitoring } from './monitoring-stack.ts'

type Properties = Record<string, unknown> & { AlarmName: string; AlarmDescription: string }

const alarmsOf = (template: Template): Properties[] =>
  Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties)

const alarmOf = (name: string, alarms?: Config['alarms'], more: Config = {}): Properties | undefined =>
  alarmsOf(synthesizeMonitoring({ ...more, ...(alarms && { alarms }) })).find(
    ({ AlarmName }) => AlarmName === `wakecall-test-${name}`,
  )

const template = synthesizeMonitoring({ alarms: { email: 'operator@example.com' } })
const alarms = alarmsOf(template)
const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8')

describe('each alarm', () => {
  test.each(alarms)('$AlarmName says what a user suffers and leads to its section of the runbook', ({ AlarmDescription }) => {
    const [, sentence = '', anchor = ''] = /^(.+\.) docs\/runbook\.md#([a-z0-9-]+)$/.exec(AlarmDescription) ?? []
    expect(sentence.length).toBeGreaterThan(30)
    expect(anchorsOf(runbook)).toContain(anchor)
  })

  test.each(alarms)('$AlarmName is one that a missing point neither raises nor leaves undecided by chance', (alarm) => {
    const hourly = /application-disabled|credential-expiry/.test(alarm.AlarmName)
    expect(alarm.TreatMissingData).toBe(hourly ? 'ignore' : 'notBreaching')
  })

  const looks = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'ignore')
  test.each(looks)('$AlarmName goes by the newest look, of which there is one an hour', ({ Metrics, EvaluationPeriods }) => {
    expect(Metrics).toMatchObject([{ MetricStat: { Period: 3600 } }])
    expect(EvaluationPeriods).toBe(1)
  })

  test('the runbook has no section of an alarm that is not there', () => {
    const used = alarms.map(({ AlarmDescription }) => AlarmDescription.split('#')[1])
    const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title = '']) => title)
    expect(anchorsOf(sections.map((title) => `## ${title}`).join('\n')).filter((anchor) => !used.includes(anchor))).toEqual([])
  })
})

describe('the way to the operator', () => {
  const composites = compositesOf(template)

  test('two alarms over all of them: of what is urgent and of what is not; one of them names each', () => {
    const ids = Object.keys(template.findResources('AWS::CloudWatch::Alarm'))
    expect(composites.map(({ name }) => name)).toEqual(['wakecall-test', 'wakecall-test-later'])
    expect(composites.flatMap((composite) => composite.ids).sort()).toEqual(ids.sort())
    for (const alarm of alarms) expect(alarm).not.toHaveProperty('AlarmActions')
  })

  test.each([
    ['pushes-rejected', 'wakecall-test'],
    ['application-disabled-phone-fcm', 'wakecall-test'],
    ['credential-expiry-old-voip', 'wakecall-test-later'],
    ['dead-letters', 'wakecall-test-later'],
    ['device-quota', 'wakecall-test-later'],
  ])('%s is under %s: what can be on for weeks keeps nothing else from being told', (name, over) => {
    const [id] = Object.keys(
      template.findResources('AWS::CloudWatch::Alarm', { Properties: { AlarmName: `wakecall-test-${name}` } }),
    )
    expect(composites.filter(({ ids }) => ids.includes(id ?? '')).map((composite) => composite.name)).toEqual([over])
  })

  test('both tell a topic, which tells the e-mail address, when it begins and when it is over', () => {
    const [topic = ''] = Object.keys(
      template.findResources('AWS::SNS::Topic', { Properties: { DisplayName: 'Wakecall alarms' } }),
    )
    for (const { actions } of composites) expect(actions).toEqual({ AlarmActions: [{ Ref: topic }], OKActions: [{ Ref: topic }] })
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'operator@example.com',
      TopicArn: { Ref: topic },
    })
  })

  test('the topic takes what alarms of this account publish, and nothing without TLS', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    })
  })

  test('without an address nobody is subscribed', () => {
    synthesizeMonitoring().resourcePropertiesCountIs('AWS::SNS::Subscription', { Protocol: 'email' }, 0)
  })

  test('a rule of CloudWatch has 10,240 characters at most: ten apps fit', () => {
    const app = { apple: { bundleId: 'com.example.phone', certificateSecret: 'c' }, google: { serviceAccountSecret: 'fcm' } }
    const many = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`com.example.phone${i}`, app]))
    const names = alarmsOf(synthesizeMonitoring({ apps: many })).map(({ AlarmName }) => AlarmName)
    const rule = names.map((name) => `ALARM("arn:aws:cloudwatch:ap-southeast-1:123456789012:alarm:${name}")`).join(' OR ')
    expect(names.length).toBeLessThanOrEqual(100)
    expect(rule.length).toBeLessThan(10_240)
  })
})

describe('thresholds follow the settings', () => {
  test.each([
    ['wake-rate', { wakeRate: 0.7 }, 70],
    ['provider-failures-voip', { providerFailureRate: 0.25 }, 25],
    ['ring-latency', { latencyP99Ms: 900 }, 900],
    ['credential-expiry-old-alert', { credentialDays: 45 }, 45],
  ])('%s', (name, settings, threshold) => {
    expect(alarmOf(name, settings)?.Threshold).toBe(threshold)
    expect(alarmOf(name)?.Threshold).not.toBe(threshold)
  })

  test('a wake rate of 0 turns its alarm off', () => {
    expect(alarmOf('wake-rate', { wakeRate: 0 })).toBeUndefined()
    expect(alarmOf('wake-rate')).toBeDefined()
  })

  test('only a certificate expires', () => {
    expect(alarmOf('credential-expiry-phone-voip')).toBeUndefined()
    expect(alarmOf('application-disabled-phone-voip')).toBeDefined()
  })

  test('a channel without a platform application has no alarms', () => {
    const google = { google: { serviceAccountSecret: 'fcm' } }
    const names = alarmsOf(synthesizeMonitoring({ apps: { phone: google } })).map(({ AlarmName }) => AlarmName)
    expect(names.filter((name) => /-(voip|alert)$/.test(name))).toEqual([])
    expect(names).toContain('wakecall-test-provider-failures-fcm')
  })

  test('without mobile apps no call can wake a phone: there is no alarm of it', () => {
    expect(alarmOf('wake-rate', undefined, { apps: {} })).toBeUndefined()
    expect(alarmOf('server-errors', undefined, { apps: {} })).toBeDefined()
  })
})

import { Stack } from 'aws-cdk-lib'
import { AlarmRule, CompositeAlarm, type IAlarmRule } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { createAlarm } from './alarm.ts'
import type { MonitoringProps } from './props.ts'
import { pushAlarms } from './push-alarms.ts'
import { quotaAlarms } from './quota-alarms.ts'
import { relayAlarms } from './relay-alarms.ts'
import { snsAlarms } from './sns-alarms.ts'
import type { Watched } from './watched.ts'

/**
 * Every alarm, and the two above them that send the e-mails: a night in which everything fails sends one, not twenty. They are
 * two because one that is on already sends no more, and what can wait may be on for weeks.
 */
export function createAlarms(scope: Construct, props: MonitoringProps, watched: Watched): void {
  const { stage, alarms } = props
  const specs = [...pushAlarms(watched, props), ...snsAlarms(watched), ...relayAlarms(watched, alarms), ...quotaAlarms(watched)]
  const created = specs.map((spec) => ({ urgent: spec.urgent, alarm: createAlarm(scope, stage, spec) }))
  const action = new SnsAction(createTopic(scope, alarms.email))
  const tell = (id: string, compositeAlarmName: string, alarmDescription: string, rules: IAlarmRule[]) => {
    const composite = new CompositeAlarm(scope, id, {
      compositeAlarmName,
      alarmDescription,
      alarmRule: AlarmRule.anyOf(...rules),
    })
    composite.addAlarmAction(action)
    composite.addOkAction(action)
  }
  const which = (urgent: boolean) => created.filter((one) => one.urgent === urgent).map(({ alarm }) => alarm)
  const lookUp = 'See which alarm is on, and its section of docs/runbook.md.'
  tell('Urgent', `wakecall-${stage}`, `Calls are being lost. ${lookUp}`, which(true))
  tell('Later', `wakecall-${stage}-later`, `Nothing is lost yet: it can wait for the morning. ${lookUp}`, which(false))
}

function createTopic(scope: Construct, email: string | undefined): Topic {
  const topic = new Topic(scope, 'Topic', { displayName: 'Wakecall alarms', enforceSSL: true })
  // A policy of one's own replaces the one by which the account's alarms may publish.
  const account = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } }
  topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com', { conditions: account }))
  if (email) topic.addSubscription(new EmailSubscription(email))
  return topic
}

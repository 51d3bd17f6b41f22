import { Stack } from 'aws-cdk-lib'
import { AlarmRule, CompositeAlarm } from 'aws-cdk-lib/aws-cloudwatch'
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
import type { Watched } from './watched.ts'

/** Every alarm, and the one above them that sends the e-mail: a night in which everything fails sends one, not twenty. */
export function createAlarms(scope: Construct, props: MonitoringProps, watched: Watched): void {
  const { stage, alarms } = props
  const specs = [...pushAlarms(watched, props), ...relayAlarms(watched, alarms), ...quotaAlarms(watched)]
  const all = specs.map((spec) => createAlarm(scope, stage, spec))
  const anything = new CompositeAlarm(scope, 'Any', {
    compositeAlarmName: `wakecall-${stage}`,
    alarmDescription: 'At least one alarm of this deployment is on: see which, and its section of docs/runbook.md.',
    alarmRule: AlarmRule.anyOf(...all),
  })
  const action = new SnsAction(createTopic(scope, alarms.email))
  anything.addAlarmAction(action)
  anything.addOkAction(action)
}

function createTopic(scope: Construct, email: string | undefined): Topic {
  const topic = new Topic(scope, 'Topic', { displayName: 'Wakecall alarms', enforceSSL: true })
  // A policy of one's own replaces the one by which the account's alarms may publish.
  const account = { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } }
  topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com', { conditions: account }))
  if (email) topic.addSubscription(new EmailSubscription(email))
  return topic
}

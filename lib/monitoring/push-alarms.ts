import type { Application } from '../applications.ts'
import { type Channel, pathOf } from '../apps.ts'
import type { AlarmSpec } from './alarm.ts'
import { math } from './math.ts'
import type { MonitoringProps } from './props.ts'
import { wakeRate } from './wake-rate.ts'
import type { Watched } from './watched.ts'

/** A share of fewer than these tells nothing. */
const ENOUGH_CALLS = 20
const ENOUGH_PUSHES = 20

const MEANT = {
  voip: 'Calls to iPhones',
  alert: 'Messages and cancels to iPhones',
  fcm: 'Calls and messages to Androids',
} as const satisfies Record<Channel, string>

/** Alarms on what becomes of the pushes that SNS took. */
export function pushAlarms(watched: Watched, props: MonitoringProps): AlarmSpec[] {
  const { alarms, applications, deliverySamplePercent: sampled = 100 } = props
  const ofChannel = (channel: Channel) => [
    // Every failure leaves a record: without the deliveries beside them they would all be 100 %.
    ...(sampled > 0 ? [failureAlarm(watched, channel, alarms.providerFailureRate, sampled)] : []),
    credentialsRefused(watched, channel),
  ]
  return [
    ...(alarms.wakeRate > 0 && watched.platforms.length > 0 ? [wakeRateAlarm(watched, alarms.wakeRate)] : []),
    ...watched.channels.flatMap(ofChannel),
    ...applications.flatMap((application) => credentialAlarms(watched, application, alarms.credentialDays)),
  ]
}

const wakeRateAlarm = (watched: Watched, share: number): AlarmSpec => ({
  name: 'wake-rate',
  suffers: 'Calls ring nowhere: too few of the calls that were pushed woke a phone.',
  section: 'wake-rate',
  metric: wakeRate(watched, 15, ENOUGH_CALLS),
  below: 100 * share,
  points: 2,
  missing: 'fine',
  urgent: true,
})

function failureAlarm({ delivery }: Watched, channel: Channel, share: number, sampled: number): AlarmSpec {
  const counts = {
    failed: delivery.metric(channel, 'Failed', { label: 'failed', minutes: 5 }),
    delivered: delivery.metric(channel, 'Delivered', { label: 'delivered', minutes: 5 }),
  }
  const all = `($failed+$delivered*${100 / sampled})`
  const rate = `IF(${all}>=${ENOUGH_PUSHES},100*$failed/${all},0)`
  return {
    name: `provider-failures-${channel}`,
    suffers: `${MEANT[channel]} do not arrive: too many pushes failed after SNS had taken them.`,
    section: 'provider-failures',
    metric: math(rate, counts, { label: 'pushes that failed, in percent', minutes: 5 }),
    above: 100 * share,
    points: 3,
    missing: 'fine',
    urgent: true,
  }
}

const credentialsRefused = ({ delivery }: Watched, channel: Channel): AlarmSpec => ({
  name: `credentials-refused-${channel}`,
  suffers: `${MEANT[channel]} do not arrive: the provider refuses the credentials, and so every push.`,
  section: 'credentials-refused',
  metric: delivery.metric(channel, 'CredentialsRefused', { label: 'refused', minutes: 5 }),
  above: 0,
  points: 1,
  missing: 'fine',
  urgent: true,
})

function credentialAlarms({ relay }: Watched, planned: Application, days: number): AlarmSpec[] {
  const { app, channel, credential } = planned
  const application = pathOf(planned)
  // A look an hour: the newest one decides.
  const hourly = { minutes: 60 }
  const disabled: AlarmSpec = {
    name: `application-disabled-${app}-${channel}`,
    suffers: `${MEANT[channel]} do not arrive: SNS has disabled the platform application ${application}.`,
    section: 'application-disabled',
    metric: relay.metric('ApplicationDisabled', { application }, { label: 'disabled', statistic: 'Maximum', ...hourly }),
    above: 0,
    points: 1,
    missing: 'unchanged',
    urgent: true,
  }
  const expiry: AlarmSpec = {
    name: `credential-expiry-${app}-${channel}`,
    suffers: `${MEANT[channel]} will stop arriving in less than ${days} days, when the certificate of ${application} expires.`,
    section: 'credential-expiry',
    metric: relay.metric('CredentialDays', { application }, { label: 'days left', statistic: 'Minimum', ...hourly }),
    below: days,
    points: 1,
    missing: 'unchanged',
    urgent: false,
  }
  return credential.Credential === 'apns-certificate' ? [disabled, expiry] : [disabled]
}

import { type IWidget, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { hourlyCost } from './cost.ts'
import { graph, PERCENT } from './graph.ts'
import type { MonitoringProps } from './props.ts'
import type { Watched } from './watched.ts'

/** A certificate that has expired has days below 0. */
const BELOW_ZERO_TOO = { showUnits: false }

/** What runs out: quotas of PBXs, credentials, money. */
export function limitWidgets(watched: Watched, props: MonitoringProps): IWidget[] {
  const { relay } = watched
  const most = { label: '', statistic: 'Maximum' }
  return [
    graph(
      'Quota used by the PBX that is nearest to it',
      [relay.search('PushQuotaUsed', most), relay.search('DeviceQuotaUsed', most)],
      PERCENT,
    ),
    graph(
      'Days until a certificate expires',
      [relay.search('CredentialDays', { label: '', statistic: 'Minimum', minutes: 60 })],
      BELOW_ZERO_TOO,
    ),
    graph('Applications that SNS has disabled', [relay.search('ApplicationDisabled', { ...most, minutes: 60 })]),
    new SingleValueWidget({
      title: 'Cost of the last hour, in dollars',
      metrics: hourlyCost(watched, props),
      fullPrecision: true,
      width: 24,
      height: 4,
    }),
  ]
}

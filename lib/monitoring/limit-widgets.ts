import { type IWidget, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { hourlyCost } from './cost.ts'
import { graph, PERCENT } from './graph.ts'
import type { MonitoringProps } from './props.ts'
import type { Watched } from './watched.ts'

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
    graph('Days until a certificate expires', [
      relay.search('CredentialDays', { label: '', statistic: 'Minimum', minutes: 1440 }),
    ]),
    graph('Applications that SNS has disabled', [
      relay.search('ApplicationDisabled', { label: '', statistic: 'Maximum', minutes: 1440 }),
    ]),
    new SingleValueWidget({
      title: 'Cost of the last hour, in dollars',
      metrics: hourlyCost(watched, props),
      fullPrecision: true,
      width: 24,
      height: 4,
    }),
  ]
}

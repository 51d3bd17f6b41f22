import { type IWidget, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch'
import type { MonitoringProps } from './props.ts'
import { QUERIES } from './queries.ts'

/** What only the logs know. */
export function logWidgets({ logGroups, applications }: MonitoringProps): IWidget[] {
  const table = (title: string, logGroupNames: string[], queryLines: readonly string[]) =>
    new LogQueryWidget({ title, logGroupNames, queryLines: [...queryLines], width: 12, height: 8 })
  const failures = applications.map(({ failed }) => failed.logGroupName)
  return [
    table('PBXs with the most calls', [logGroups.calls.logGroupName], QUERIES.topPbxs),
    ...(failures.length > 0 ? [table('Latest refusals, in the provider’s words', failures, QUERIES.refusals)] : []),
  ]
}

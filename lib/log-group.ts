import { RemovalPolicy } from 'aws-cdk-lib'
import { type ILogGroup, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Access } from './access.ts'

/** Removed with its stack: a group of a fixed name that stayed behind would keep the stack from being deployed again. */
export function createLogGroup(scope: Construct, id: string, logGroupName: string, retention: RetentionDays): LogGroup {
  return new LogGroup(scope, id, { logGroupName, retention, removalPolicy: RemovalPolicy.DESTROY })
}

/** Searches the records of a log group. */
export const logReads = (logGroup: ILogGroup): Access => ({
  value: logGroup.logGroupName,
  grants: [{ actions: ['logs:FilterLogEvents'], resources: [logGroup.logGroupArn] }],
})

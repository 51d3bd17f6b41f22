import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import type { Application } from '../applications.ts'
import type { DeployedFunction } from '../function.ts'
import type { Settings } from '../settings.ts'

/** What there is to watch. `namespace` is where the metrics of this deployment are. */
export type MonitoringProps = {
  stage: string
  namespace: string
  alarms: Settings['alarms']
  functions: Record<DeployedFunction, IFunction>
  logGroups: Record<DeployedFunction, ILogGroup>
  /** What else of the deployment is logged: it costs, and nothing is read from it. */
  otherLogGroups: ILogGroup[]
  apiId: string
  table: ITable
  deadLetters: IQueue
  applications: Application[]
  /** Of the delivered pushes, how many leave a record, in percent. */
  deliverySamplePercent: number
}

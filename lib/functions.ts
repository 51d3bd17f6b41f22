import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Access } from './access.ts'
import type { Applications } from './applications.ts'
import { EVENTS_TIMEOUT_SECONDS } from './endpoint-events.ts'
import { type DeployedFunction, RelayFunction, type RelayFunctionProps } from './function.ts'
import { logReads } from './log-group.ts'
import { itemPatches, itemReads, itemWrites } from './table.ts'

export type FunctionsProps = {
  table: Table
  applications: Applications
  callerKey: Access
  logGroups: Record<DeployedFunction, LogGroup>
}

/** Every function of the deployment, with what each may use. */
export function createFunctions(scope: Construct, { table, applications, callerKey, logGroups }: FunctionsProps) {
  const writes = { TABLE_NAME: itemWrites(table) }
  const fn = <Name extends DeployedFunction>(name: Name, props: Omit<RelayFunctionProps<Name>, 'name' | 'logGroup'>) =>
    new RelayFunction(scope, name, { name, logGroup: logGroups[name], ...props })

  return {
    calls: fn('calls', {
      uses: { ...writes, APPS: applications.pushes(), CALLER_KEY: callerKey },
      memoryMiB: 512,
      timeoutSeconds: 10,
    }),
    messages: fn('messages', { uses: { ...writes, APPS: applications.pushes() }, memoryMiB: 512, timeoutSeconds: 10 }),
    devices: fn('devices', { uses: { ...writes, APPS: applications.endpointWrites() }, memoryMiB: 512, timeoutSeconds: 10 }),
    history: fn('history', {
      uses: {
        TABLE_NAME: itemReads(table),
        APPS: applications.deliveryReads(),
        HISTORY_LOG_GROUP: logReads(logGroups.history),
      },
      memoryMiB: 512,
      timeoutSeconds: 20,
    }),
    keys: fn('keys', { uses: { TABLE_NAME: itemPatches(table) }, memoryMiB: 512, timeoutSeconds: 10 }),
    events: fn('events', {
      uses: { ...writes, APPS: applications.endpointPrunes() },
      memoryMiB: 512,
      timeoutSeconds: EVENTS_TIMEOUT_SECONDS,
    }),
    // Minutes, because IAM takes its time to tell SNS of a new feedback role.
    applications: fn('applications', { uses: {}, memoryMiB: 256, timeoutSeconds: 180 }),
    credentials: fn('credentials', {
      uses: { APPS: applications.applicationReads() },
      memoryMiB: 256,
      timeoutSeconds: 60,
    }),
  }
}

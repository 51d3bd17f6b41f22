import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { FunctionName } from '../wire/routes.ts'
import { RelayApi } from './api.ts'
import { deliveryReads, endpointWrites, pushes } from './apps.ts'
import { RelayFunction, type RelayFunctionProps } from './function.ts'
import { createLogGroup, logReads } from './log-group.ts'
import type { Settings } from './settings.ts'
import { createTable, itemReads, itemWrites } from './table.ts'

/** All of Wakecall that runs on AWS: an HTTP API, its functions, one table. */
export class RelayStack extends Stack {
  constructor(scope: Construct, id: string, { stage, apps, deletionProtection, logRetentionDays, throttle }: Settings) {
    super(scope, id, { description: `Wakecall relay (${stage})` })
    const table = createTable(this, deletionProtection)
    const logsOf = (name: FunctionName) => createLogGroup(this, `${name}Logs`, `/wakecall/${stage}/${name}`, logRetentionDays)
    const logs = { calls: logsOf('calls'), messages: logsOf('messages'), devices: logsOf('devices'), history: logsOf('history') }

    const fn = <Name extends FunctionName>(name: Name, props: Omit<RelayFunctionProps<Name>, 'name' | 'logGroup'>) =>
      new RelayFunction(this, name, { name, logGroup: logs[name], ...props }).handler

    // A gibibyte is for its share of CPU: it verifies a signature and opens TLS connections while a caller waits.
    const functions = {
      calls: fn('calls', {
        uses: { TABLE_NAME: itemWrites(table), APPS: pushes(apps) },
        memoryMiB: 1024,
        timeoutSeconds: 10,
      }),
      messages: fn('messages', {
        uses: { TABLE_NAME: itemWrites(table), APPS: pushes(apps) },
        memoryMiB: 512,
        timeoutSeconds: 10,
      }),
      devices: fn('devices', {
        uses: { TABLE_NAME: itemWrites(table), APPS: endpointWrites(apps) },
        memoryMiB: 512,
        timeoutSeconds: 10,
      }),
      history: fn('history', {
        uses: {
          TABLE_NAME: itemReads(table),
          APPS: deliveryReads(apps),
          CALLS_LOG_GROUP: logReads(logs.calls),
          HISTORY_LOG_GROUP: logReads(logs.history),
        },
        memoryMiB: 512,
        timeoutSeconds: 20,
      }),
    }

    const api = new RelayApi(this, 'Api', {
      apiName: `wakecall-${stage}`,
      functions,
      // Under this prefix AWS needs no resource policy for each group: an account has few of them, each of 5 KB.
      accessLogs: createLogGroup(this, 'AccessLogs', `/aws/vendedlogs/wakecall/${stage}/access`, logRetentionDays),
      throttle,
    })
    new CfnOutput(this, 'RelayUrl', { value: api.url, description: 'What a PBX is enrolled at' })
    new CfnOutput(this, 'TableName', { value: table.tableName, description: 'The table, for wakecall-admin' })
  }
}

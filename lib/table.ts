import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import type { Access } from './access.ts'

/** The one table: every item of the relay by `pk` and `sk`, no index. It outlives its stack. */
export function createTable(scope: Construct, deletionProtection: boolean): Table {
  return new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'expiresAt',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: TableEncryption.AWS_MANAGED,
    deletionProtection,
    removalPolicy: RemovalPolicy.RETAIN,
  })
}

const accessTo = (table: Table, actions: string[]): Access => ({
  value: table.tableName,
  grants: [{ actions, resources: [table.tableArn] }],
})

/** Reads items by their keys. */
export const itemReads = (table: Table): Access => accessTo(table, ['dynamodb:GetItem'])

/** Reads and writes items, one at a time: no scan, no batch, no transaction. */
export const itemWrites = (table: Table): Access =>
  accessTo(table, ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'])

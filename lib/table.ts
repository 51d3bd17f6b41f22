import { RemovalPolicy } from 'aws-cdk-lib'
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import type { Access } from './access.ts'

/** The one table: every item of the relay by `pk` and `sk`, no index. One that is to be retained cannot be deleted by mistake. */
export function createTable(scope: Construct, removalPolicy: RemovalPolicy): Table {
  return new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'expiresAt',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: TableEncryption.AWS_MANAGED,
    deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
    removalPolicy,
  })
}

const accessTo = (table: Table, actions: string[]): Access => ({
  value: table.tableName,
  grants: [{ actions, resources: [table.tableArn] }],
})

/** Reads items by their keys. */
export const itemReads = (table: Table): Access => accessTo(table, ['dynamodb:GetItem'])

/** Reads items and changes them. */
export const itemPatches = (table: Table): Access => accessTo(table, ['dynamodb:GetItem', 'dynamodb:UpdateItem'])

/** Reads and writes items, one at a time: no scan, no batch, no transaction. */
export const itemWrites = (table: Table): Access =>
  accessTo(table, ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'])

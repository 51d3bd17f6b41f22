import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { EndpointLinks } from '../../core/ports.ts'
import { dynamodb } from './clients.ts'
import { closingKey, isConditionFailed, linkKey, ttl } from './keys.ts'

const CLOSING_SECONDS = 60

export function createEndpointLinks(table: string): EndpointLinks {
  return {
    async link(arn, key, version) {
      await dynamodb.send(new PutCommand({ TableName: table, Item: { ...linkKey(arn, key), version } }))
    },

    async unlink(arn, key, version) {
      const condition = {
        ConditionExpression: 'attribute_not_exists(version) OR version <= :version',
        ExpressionAttributeValues: { ':version': version },
      }
      try {
        await dynamodb.send(new DeleteCommand({ TableName: table, Key: linkKey(arn, key), ...condition }))
      } catch (error) {
        if (!isConditionFailed(error)) throw error
      }
    },

    async of(arn, now) {
      const { pk, sk: closing } = closingKey(arn)
      const { Items = [] } = await dynamodb.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
        }),
      )
      const mark = Items.find(({ sk }) => sk === closing)
      return { devices: Items.length - (mark ? 1 : 0), closing: mark !== undefined && mark.expiresAt > now / 1000 }
    },

    async setClosing(arn, now) {
      await dynamodb.send(
        new PutCommand({ TableName: table, Item: { ...closingKey(arn), expiresAt: ttl(now, CLOSING_SECONDS) } }),
      )
    },

    async clearClosing(arn) {
      await dynamodb.send(new DeleteCommand({ TableName: table, Key: closingKey(arn) }))
    },
  }
}

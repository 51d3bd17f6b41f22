import { randomUUID } from 'node:crypto'
import { DeleteCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { EndpointLinks } from '../../core/ports.ts'
import { dynamodb } from './clients.ts'
import { closingKey, endpointKey, isConditionFailed, linkKey, ttl } from './keys.ts'

const CLOSING_SECONDS = 60

const notNewer = (version: number) => ({
  ConditionExpression: 'attribute_not_exists(version) OR version <= :version',
  ExpressionAttributeValues: { ':version': version },
})

/** A link that a newer version wrote stays as it is. */
async function unlessNewer(write: Promise<unknown>): Promise<void> {
  await write.catch((error: unknown) => {
    if (!isConditionFailed(error)) throw error
  })
}

export function createEndpointLinks(table: string): EndpointLinks {
  return {
    async link(arn, key, version) {
      const command = new PutCommand({ TableName: table, Item: { ...linkKey(arn, key), version }, ...notNewer(version) })
      await unlessNewer(dynamodb.send(command))
    },

    async unlink(arn, key, version) {
      const command = new DeleteCommand({ TableName: table, Key: linkKey(arn, key), ...notNewer(version) })
      await unlessNewer(dynamodb.send(command))
    },

    async of(arn, now) {
      const { Items = [] } = await dynamodb.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': endpointKey(arn) },
        }),
      )
      const marks = Items.filter(({ sk }) => sk.startsWith('CLOSING#'))
      return { devices: Items.length - marks.length, closing: marks.some(({ expiresAt }) => expiresAt > now / 1000) }
    },

    async setClosing(arn, now) {
      const mark = randomUUID()
      const expiresAt = ttl(now, CLOSING_SECONDS)
      await dynamodb.send(new PutCommand({ TableName: table, Item: { ...closingKey(arn, mark), expiresAt } }))
      return mark
    },

    async clearClosing(arn, mark) {
      await dynamodb.send(new DeleteCommand({ TableName: table, Key: closingKey(arn, mark) }))
    },
  }
}

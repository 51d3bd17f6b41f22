import { randomUUID } from 'node:crypto'
import { DeleteCommand, PutCommand, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb'
import type { DeviceKey } from '../../core/device.ts'
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

/** Reads what `linkKey` wrote: of these names only an extension may hold a `#`. */
const LINK = /^PBX#([^#]+)#EXT#(.+)#DEVICE#([^#]+)$/

function readLink(sk: string): DeviceKey[] {
  const [, pbx, extension, deviceId] = LINK.exec(sk) ?? []
  return pbx && extension && deviceId ? [{ pbx, extension, deviceId }] : []
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

    async devicesOf(arn) {
      const query = {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': endpointKey(arn), ':sk': 'PBX#' },
      }
      const keys: DeviceKey[] = []
      for await (const { Items = [] } of paginateQuery({ client: dynamodb }, query))
        keys.push(...Items.flatMap(({ sk }) => readLink(sk)))
      return keys
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

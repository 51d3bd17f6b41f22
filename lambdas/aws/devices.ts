import { GetCommand, PutCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type DeviceKey, isLive, type StoredDevice } from '../../core/device.ts'
import type { DeviceStore } from '../../core/ports.ts'
import { dynamodb } from './clients.ts'
import { countKey, deviceKey, extensionKey, isConditionFailed, ttl, WEEK_SECONDS } from './keys.ts'

/** An item is the device itself beside its keys; a tombstone has `removed` and a TTL. */
function toDevice(item: Record<string, unknown> | undefined): StoredDevice | undefined {
  if (!item) return undefined
  const { pk, sk, expiresAt, ...stored } = item
  return stored as StoredDevice
}

export function createDeviceStore(table: string): DeviceStore {
  const get = async (key: DeviceKey) => {
    const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key: deviceKey(key), ConsistentRead: true }))
    return toDevice(Item)
  }

  /** Puts an item if the condition on the stored version holds; gives what stood there before, applied or not. */
  async function putIf(key: DeviceKey, item: object, condition: string, version: number) {
    try {
      const { Attributes } = await dynamodb.send(
        new PutCommand({
          TableName: table,
          Item: { ...deviceKey(key), ...item },
          ConditionExpression: condition,
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': version },
          ReturnValues: 'ALL_OLD',
        }),
      )
      return { applied: true, stored: toDevice(Attributes) }
    } catch (error) {
      if (!isConditionFailed(error)) throw error
      return { applied: false, stored: await get(key) }
    }
  }

  const newer = 'attribute_not_exists(#version) OR #version < :version'

  return {
    get,

    async of(pbx, extension) {
      const query = {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': extensionKey(pbx, extension), ':sk': 'DEVICE#' },
      }
      const devices: StoredDevice[] = []
      for await (const { Items = [] } of paginateQuery({ client: dynamodb }, query))
        devices.push(...(Items as StoredDevice[]).map((item) => toDevice(item) as StoredDevice))
      return devices.filter(isLive)
    },

    put: (device) => putIf(device, device, newer, device.version),

    bury: ({ pbx, extension, deviceId }, version, when, now) => {
      const tombstone = { pbx, extension, deviceId, version, removed: true, expiresAt: ttl(now, WEEK_SECONDS) }
      return putIf({ pbx, extension, deviceId }, tombstone, when === 'newer' ? newer : '#version = :version', version)
    },

    async countOf(pbx) {
      const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key: countKey(pbx) }))
      return Number(Item?.devices ?? 0)
    },

    async count(pbx, change) {
      await dynamodb.send(
        new UpdateCommand({
          TableName: table,
          Key: countKey(pbx),
          UpdateExpression: 'ADD devices :change',
          ExpressionAttributeValues: { ':change': change },
        }),
      )
    },
  }
}

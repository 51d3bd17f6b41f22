import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Pbx, PbxStore, RateStore } from '../../core/ports.ts'
import { dynamodb } from './clients.ts'
import { isConditionFailed, pbxKey, rateKey, ttl } from './keys.ts'

export function createPbxStore(table: string): PbxStore {
  return {
    async get(id) {
      const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key: pbxKey(id) }))
      if (!Item) return undefined
      const { pk, sk, ...pbx } = Item
      return pbx as Pbx
    },

    async create(pbx) {
      try {
        await dynamodb.send(
          new PutCommand({
            TableName: table,
            Item: { ...pbxKey(pbx.id), ...pbx },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        )
        return true
      } catch (error) {
        if (!isConditionFailed(error)) throw error
        return false
      }
    },
  }
}

export function createRateStore(table: string): RateStore {
  return {
    async add(pbx, minute, pushes) {
      const { Attributes } = await dynamodb.send(
        new UpdateCommand({
          TableName: table,
          Key: rateKey(pbx, minute),
          UpdateExpression: 'ADD pushes :pushes SET expiresAt = :expiresAt',
          ExpressionAttributeValues: { ':pushes': pushes, ':expiresAt': ttl(minute * 60_000, 120) },
          ReturnValues: 'UPDATED_NEW',
        }),
      )
      return Number(Attributes?.pushes ?? pushes)
    },
  }
}

import { randomUUID } from 'node:crypto'
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { ClaimFields, ClaimItem, ClaimKey, Claims } from '../../core/ports.ts'
import { dynamodb } from './clients.ts'
import { callKey, isConditionFailed, messageKey, ttl, WEEK_SECONDS } from './keys.ts'

const keyOf = ({ pbx, id, slot }: ClaimKey) => (slot === 'message' ? messageKey(pbx, id) : callKey(pbx, id))

/** An item of calls or messages: `ringLease`, `ringResult`, `cancelLease`, ... beside the fields of the first claim. */
function toItem(attributes: Record<string, unknown>): ClaimItem {
  const { ringLease, cancelLease, messageLease, ringResult, cancelResult, messageResult, ...fields } = attributes
  return {
    ...(fields as ClaimFields),
    lease: { ring: ringLease, cancel: cancelLease, message: messageLease } as ClaimItem['lease'],
    result: { ring: ringResult, cancel: cancelResult, message: messageResult } as ClaimItem['result'],
  }
}

export function createClaims(table: string): Claims {
  const read = async (key: Record<string, string>) => {
    const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))
    return Item && toItem(Item)
  }

  return {
    async take(key, { now, until }, fields) {
      const { slot } = key
      // The owner tells the SDK's second try, after a lost answer, from somebody else's first.
      const mine = `attribute_not_exists(${slot}Lease) OR ${slot}Lease < :now OR ${slot}Owner = :owner`
      const free = `(attribute_not_exists(${slot}Result) OR attribute_exists(${slot}Open)) AND (${mine})`
      const first = Object.entries({ ...fields, expiresAt: ttl(now, WEEK_SECONDS) })
      try {
        const { Attributes = {} } = await dynamodb.send(
          new UpdateCommand({
            TableName: table,
            Key: keyOf(key),
            ConditionExpression: slot === 'ring' ? `${free} AND attribute_not_exists(cancelReason)` : free,
            UpdateExpression: `SET ${slot}Lease = :until, ${slot}Owner = :owner${first.map(([name]) => `, #${name} = if_not_exists(#${name}, :${name})`).join('')} REMOVE ${slot}Result, ${slot}Open`,
            ExpressionAttributeNames: Object.fromEntries(first.map(([name]) => [`#${name}`, name])),
            ExpressionAttributeValues: {
              ':now': now,
              ':until': until,
              ':owner': randomUUID(),
              ...Object.fromEntries(first.map(([name, value]) => [`:${name}`, value])),
            },
            ReturnValues: 'ALL_NEW',
          }),
        )
        return { taken: true, item: toItem(Attributes) }
      } catch (error) {
        if (!isConditionFailed(error)) throw error
        return { taken: false, item: (await read(keyOf(key))) ?? { lease: {}, result: {} } }
      }
    },

    async finish(key, until, result, final) {
      await dynamodb.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(key),
          ConditionExpression: `${key.slot}Lease = :until`,
          UpdateExpression: `SET ${key.slot}Result = :result${final ? '' : `, ${key.slot}Open = :open`} REMOVE ${key.slot}Lease`,
          ExpressionAttributeValues: { ':until': until, ':result': result, ...(!final && { ':open': true }) },
        }),
      )
    },

    async release(key, until) {
      await dynamodb.send(
        new UpdateCommand({
          TableName: table,
          Key: keyOf(key),
          ConditionExpression: `${key.slot}Lease = :until`,
          UpdateExpression: `REMOVE ${key.slot}Lease`,
          ExpressionAttributeValues: { ':until': until },
        }),
      )
    },

    get: (pbx, callId) => read(callKey(pbx, callId)),
  }
}

import { GetCommand, PutCommand, paginateQuery, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb'
import { MOST_KEYS, type Pbx, type PbxChanges, type PbxStore } from '../../core/pbx.ts'
import type { RateStore } from '../../core/ports.ts'
import { dynamodb } from './clients.ts'
import { codeKey, directoryKey, isConditionFailed, PBXS, pbxKey, rateKey, ttl, WEEK_SECONDS } from './keys.ts'

/** The item is the PBX itself beside its keys. */
function toPbx({ pk, sk, ...pbx }: Record<string, unknown>): Pbx {
  return pbx as Pbx
}

/** How many PBXs of the list are read at once. */
const LISTED_AT_ONCE = 25

type Update = {
  id: string
  condition: string
  change: string
  names?: Record<string, string>
  values?: Record<string, unknown>
}

/** What sets these members and leaves the others. */
function assign({ name, ...quotas }: PbxChanges) {
  const given = Object.entries(quotas)
  return {
    sets: [...(name === undefined ? [] : ['#name = :name']), ...given.map(([quota]) => `quotas.${quota} = :${quota}`)],
    names: name === undefined ? {} : { '#name': 'name' },
    values: {
      ...(name !== undefined && { ':name': name }),
      ...Object.fromEntries(given.map(([quota, value]) => [`:${quota}`, value])),
    },
  }
}

export function createPbxStore(table: string): PbxStore {
  async function read(Key: Record<string, string>): Promise<Record<string, unknown> | undefined> {
    const { Item } = await dynamodb.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))
    return Item
  }

  async function get(id: string): Promise<Pbx | undefined> {
    const item = await read(pbxKey(id))
    return item && toPbx(item)
  }

  async function update({ id, condition, change, names, values }: Update): Promise<Pbx | undefined> {
    const input: UpdateCommandInput = {
      TableName: table,
      Key: pbxKey(id),
      ConditionExpression: condition,
      UpdateExpression: change,
      ReturnValues: 'ALL_NEW',
      // DynamoDB refuses an empty map.
      ...(names && Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ...(values && { ExpressionAttributeValues: values }),
    }
    try {
      const { Attributes = {} } = await dynamodb.send(new UpdateCommand(input))
      return toPbx(Attributes)
    } catch (error) {
      if (!isConditionFailed(error)) throw error
      return undefined
    }
  }

  const put = (Item: Record<string, unknown>, condition: { ConditionExpression?: string } = {}) =>
    dynamodb.send(new PutCommand({ TableName: table, Item, ...condition }))

  const room = '(attribute_exists(#keys.#key) OR size(#keys) < :most)'

  return {
    get,

    async list() {
      const query = {
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': PBXS },
      }
      const pbxs: (Pbx | undefined)[] = []
      for await (const { Items = [] } of paginateQuery({ client: dynamodb, pageSize: LISTED_AT_ONCE }, query))
        pbxs.push(...(await Promise.all(Items.map(({ sk }) => get(sk)))))
      return pbxs.filter((pbx) => pbx !== undefined)
    },

    async create(pbx) {
      // In the directory first: there, a PBX that was not made after all does no harm.
      await put(directoryKey(pbx.id))
      try {
        await put({ ...pbxKey(pbx.id), ...pbx }, { ConditionExpression: 'attribute_not_exists(pk)' })
        return true
      } catch (error) {
        if (!isConditionFailed(error)) throw error
        return false
      }
    },

    async setQuotas(id, quotas) {
      const { sets, names, values } = assign(quotas)
      if (sets.length === 0) return get(id)
      return update({ id, condition: 'attribute_exists(pk)', change: `SET ${sets.join(', ')}`, names, values })
    },

    revoke: (id, now) =>
      update({
        id,
        condition: 'attribute_exists(pk)',
        change: 'SET #keys = :none, revokedAt = :now REMOVE invitation',
        names: { '#keys': 'keys' },
        values: { ':none': {}, ':now': now },
      }),

    async noteCode({ codeHash, until }, id) {
      // Longer than it is valid, so that the log can tell a code that is too old from one that never was.
      await put({ ...codeKey(codeHash), pbx: id, expiresAt: ttl(until, WEEK_SECONDS) })
    },

    async pbxOfCode(codeHash) {
      const item = await read(codeKey(codeHash))
      return item?.pbx as string | undefined
    },

    invite(id, invitation, changes) {
      const { sets, names, values } = assign(changes)
      return update({
        id,
        condition: 'attribute_exists(pk)',
        change: `SET ${['invitation = :invitation', ...sets].join(', ')} REMOVE revokedAt`,
        names,
        values: { ...values, ':invitation': invitation },
      })
    },

    enrol: (id, codeHash, keyId, publicKey, now) =>
      update({
        id,
        condition: `invitation.codeHash = :code AND invitation.#until > :now AND ${room}`,
        change: 'SET #keys.#key = :key REMOVE invitation',
        names: { '#keys': 'keys', '#key': keyId, '#until': 'until' },
        values: { ':code': codeHash, ':now': now, ':key': { publicKey, addedAt: now, codeHash }, ':most': MOST_KEYS },
      }),

    addKey: (id, signer, keyId, key) =>
      update({
        id,
        condition: `attribute_exists(#keys.#signer) AND ${room}`,
        change: 'SET #keys.#key = if_not_exists(#keys.#key, :key)',
        names: { '#keys': 'keys', '#key': keyId, '#signer': signer },
        values: { ':key': key, ':most': MOST_KEYS },
      }),

    removeKey: (id, keyId, having) =>
      update({
        id,
        condition: 'attribute_exists(#keys.#having)',
        change: 'REMOVE #keys.#key',
        names: { '#keys': 'keys', '#key': keyId, '#having': having },
      }),
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

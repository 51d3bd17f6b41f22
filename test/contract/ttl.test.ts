import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Device } from '../../core/device.ts'
import { useDynamoDb } from './dynamodb.ts'

/** What expires, and when: DynamoDB alone keeps a TTL, so that no port shows it. Seconds since 1970. */
const NOW = Date.parse('2026-03-02T09:00:00.000Z')
const WEEK_SECONDS = 7 * 24 * 3600
const stores = useDynamoDb()

/** Every item that a test's PBX has left in the table under this beginning of a partition key. */
async function expiriesOf(pk: string): Promise<unknown[]> {
  const { ScanCommand } = await import('@aws-sdk/lib-dynamodb')
  const { dynamodb } = await import('../../lambdas/aws/clients.ts')
  const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: stores().table, ConsistentRead: true }))
  return Items.filter((item) => item.pk.startsWith(pk)).map(({ expiresAt }) => expiresAt)
}

const aDevice = (pbx: string, version: number): Device => ({
  pbx,
  extension: '1001',
  deviceId: 'phone',
  platform: 'android',
  app: 'phone',
  tokens: {},
  endpoints: {},
  version,
  updatedAt: NOW,
})

test('a device never expires', async () => {
  const pbx = randomUUID()
  await stores().devices.put(aDevice(pbx, 1))
  expect(await expiriesOf(`PBX#${pbx}`)).toEqual([undefined])
})

test('its tombstone does after a week, and a device in the place of a tombstone does not', async () => {
  const pbx = randomUUID()
  await stores().devices.bury(aDevice(pbx, 1), 1, 'newer', NOW)
  expect(await expiriesOf(`PBX#${pbx}`)).toEqual([NOW / 1000 + WEEK_SECONDS])
  await stores().devices.put(aDevice(pbx, 2))
  expect(await expiriesOf(`PBX#${pbx}`)).toEqual([undefined])
})

test('a call expires a week after its first claim, whatever becomes of it', async () => {
  const key = { pbx: randomUUID(), id: 'c1', slot: 'ring' as const }
  await stores().claims.take(key, { now: NOW, until: NOW + 3000 }, { to: '1001' })
  await stores().claims.take(key, { now: NOW + 3001, until: NOW + 6001 }, { to: '1001' })
  await stores().claims.finish(key, NOW + 6001, { at: NOW, deliveries: [] }, true)
  expect(await expiriesOf(`PBX#${key.pbx}`)).toEqual([NOW / 1000 + WEEK_SECONDS])
})

test('the counter of a minute expires with the next one', async () => {
  const pbx = randomUUID()
  await stores().rates.add(pbx, NOW / 60_000, 1)
  expect(await expiriesOf(`PBX#${pbx}`)).toEqual([NOW / 1000 + 120])
})

test('the mark of closing expires, a link does not', async () => {
  const arn = `arn:${randomUUID()}`
  await stores().links.setClosing(arn, NOW)
  expect(await expiriesOf(`ENDPOINT#${arn}`)).toEqual([NOW / 1000 + 60])
  const linked = `arn:${randomUUID()}`
  await stores().links.link(linked, aDevice('acme', 1), 1)
  expect(await expiriesOf(`ENDPOINT#${linked}`)).toEqual([undefined])
})

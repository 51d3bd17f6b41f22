/**
 * Batches of ten endpoint events through the exported `events` handler, one of them of a dead phone, against a bare handler
 * that parses the same bodies and makes the same SDK calls with the same clients: in turns, in one process.
 */
import { DeleteEndpointCommand } from '@aws-sdk/client-sns'
import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import { BENCH_APPS, benchEnv } from './fixture.ts'

const BATCH = 10
const BLOCK = 10
const BLOCKS = 40
const WARM_UP = 8

Object.assign(process.env, benchEnv(process.argv[2] ?? ''))
const { handler } = await import('../lambdas/events/handler.ts')
const { dynamodb, sns } = await import('../lambdas/aws/clients.ts')

let count = 0

/** Most events tell of a push whose time ran out, or of a registration: they are counted. */
function eventOf(i: number): SQSRecord {
  const event = {
    EventType: 'DeliveryFailure',
    EndpointArn: `${BENCH_APPS.phone.fcm.replace(':app/', ':endpoint/')}/phone${count++}`,
    Resource: BENCH_APPS.phone.fcm,
    Service: 'SNS',
    Time: new Date().toISOString(),
    FailureType: i === 0 ? 'InvalidPlatformToken' : 'NotificationTTLExpired',
    FailureMessage: 'Platform token associated with the endpoint is not valid',
    MessageId: '567910cd-659e-55d4-8ccb-5aaf14679dc0',
    DeliveryAttempts: 1,
  }
  return { messageId: `m${i}`, body: JSON.stringify(event) } as SQSRecord
}

const batchOf = (): SQSEvent => ({ Records: Array.from({ length: BATCH }, (_, i) => eventOf(i)) })

async function ours(batch: SQSEvent): Promise<void> {
  const { batchItemFailures } = await handler(batch)
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} events failed`)
}

const TABLE = { TableName: 'bench' }
const query = (values: Record<string, string>, condition: string) =>
  dynamodb.send(
    new QueryCommand({
      ...TABLE,
      ConsistentRead: true,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: values,
    }),
  )

async function bare({ Records }: SQSEvent): Promise<void> {
  const events = Records.map(({ body }) => JSON.parse(body))
  for (const { EndpointArn } of events.filter(({ FailureType }) => FailureType === 'InvalidPlatformToken')) {
    const pk = `ENDPOINT#${EndpointArn}`
    const link = { pk, sk: 'PBX#bench#EXT#1001#DEVICE#phone' }
    const mark = { pk, sk: 'CLOSING#1' }
    const device = { pk: 'PBX#bench#EXT#1001', sk: 'DEVICE#phone' }
    const version = { '#version': 'version' }
    const is = { ':version': 1 }
    await query({ ':pk': pk, ':sk': 'PBX#' }, 'pk = :pk AND begins_with(sk, :sk)')
    await dynamodb.send(new GetCommand({ ...TABLE, Key: device, ConsistentRead: true }))
    await dynamodb.send(
      new PutCommand({
        ...TABLE,
        Item: { ...device, pbx: 'bench', extension: '1001', deviceId: 'phone', version: 1, removed: true, expiresAt: 1 },
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: version,
        ExpressionAttributeValues: is,
        ReturnValues: 'ALL_OLD',
      }),
    )
    const change = { UpdateExpression: 'ADD devices :change', ExpressionAttributeValues: { ':change': -1 } }
    await dynamodb.send(new UpdateCommand({ ...TABLE, Key: { pk: 'PBX#bench', sk: 'DEVICES' }, ...change }))
    const condition = {
      ConditionExpression: '#version <= :version',
      ExpressionAttributeNames: version,
      ExpressionAttributeValues: is,
    }
    await dynamodb.send(new DeleteCommand({ ...TABLE, Key: link, ...condition }))
    await dynamodb.send(new PutCommand({ ...TABLE, Item: { ...mark, expiresAt: 1 } }))
    await query({ ':pk': pk }, 'pk = :pk')
    await sns.send(new DeleteEndpointCommand({ EndpointArn }))
    await dynamodb.send(new DeleteCommand({ ...TABLE, Key: mark }))
  }
}

/** Microseconds of CPU an event. The events are made before the clock runs. */
async function measure(run: (batch: SQSEvent) => Promise<void>): Promise<number> {
  const batches = Array.from({ length: BLOCK }, batchOf)
  const before = process.cpuUsage()
  for (const batch of batches) await run(batch)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / BLOCK / BATCH
}

const blocks: { ours: number; bare: number }[] = []
for (let i = -WARM_UP; i < BLOCKS; i++) {
  const block = { ours: await measure(ours), bare: await measure(bare) }
  if (i >= 0) blocks.push(block)
}
process.send?.(blocks)

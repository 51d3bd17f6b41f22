/**
 * One two-device call through the exported `calls` handler, against a bare handler that makes the same SDK calls with the
 * same clients and does nothing else: in turns, in one process. Standard output is the function's log, as on Lambda.
 */
import { PublishCommand } from '@aws-sdk/client-sns'
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { signRequest } from '../wire/signature.ts'
import { BENCH_APPS, BENCH_KEY, benchEnv } from './fixture.ts'

const BLOCK = 50
const BLOCKS = 40
const WARM_UP = 400

Object.assign(process.env, benchEnv(process.argv[2] ?? ''))
const { handler } = await import('../lambdas/calls/handler.ts')
const { dynamodb, sns } = await import('../lambdas/aws/clients.ts')

let count = 0

function signedCall(): APIGatewayProxyEventV2 {
  const body = JSON.stringify({
    callId: `bench-${count++}@pbx.example.com`,
    to: '1001',
    from: { number: '+442079460000', name: 'Ada Lovelace' },
  })
  const parts = { method: 'POST', authority: 'relay.example.com', path: '/v1/calls', query: '', body: Buffer.from(body) }
  const headers = { ...signRequest(parts, BENCH_KEY, 'bench/k1', Math.floor(Date.now() / 1000)) }
  return {
    version: '2.0',
    routeKey: 'POST /v1/calls',
    rawPath: '/v1/calls',
    rawQueryString: '',
    headers: { ...headers, host: 'relay.example.com', 'content-type': 'application/json' },
    requestContext: { requestId: `r${count}`, http: { method: 'POST', path: '/v1/calls' } },
    body,
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2
}

const context = { getRemainingTimeInMillis: () => 10_000 } as Context

async function ours(event: APIGatewayProxyEventV2): Promise<void> {
  const { statusCode, body } = await handler(event, context)
  if (statusCode !== 202 || !body?.includes('"devices":2')) throw new Error(`the call did not ring: ${statusCode} ${body}`)
}

const key = { pk: 'PBX#bench#CALL#x', sk: 'CALL' }
const message = JSON.stringify({ default: 'x', GCM: 'x'.repeat(600) })
const attribute = { DataType: 'String', StringValue: '30' }
const publish = (arn: string, names: string[]) =>
  sns.send(
    new PublishCommand({
      TargetArn: arn,
      MessageStructure: 'json',
      Message: message,
      MessageAttributes: Object.fromEntries(names.map((name) => [name, attribute])),
    }),
  )
const APNS = [
  'AWS.SNS.MOBILE.APNS_VOIP.TTL',
  'AWS.SNS.MOBILE.APNS.PUSH_TYPE',
  'AWS.SNS.MOBILE.APNS.PRIORITY',
  'AWS.SNS.MOBILE.APNS.TOPIC',
]

async function bare(): Promise<void> {
  const now = Date.now()
  const fields = { to: '1001', askedAt: now, receivedAt: now, deadline: now, expiresAt: now }
  await Promise.all([
    dynamodb.send(
      new QueryCommand({
        TableName: 'bench',
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': 'PBX#bench#EXT#1001', ':sk': 'DEVICE#' },
      }),
    ),
    dynamodb.send(
      new UpdateCommand({
        TableName: 'bench',
        Key: key,
        ConditionExpression: 'attribute_not_exists(a) AND (attribute_not_exists(b) OR b < :now) AND attribute_not_exists(c)',
        UpdateExpression: `SET b = :until${Object.keys(fields)
          .map((name) => `, #${name} = if_not_exists(#${name}, :${name})`)
          .join('')}`,
        ExpressionAttributeNames: Object.fromEntries(Object.keys(fields).map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ':now': now,
          ':until': now,
          ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`:${name}`, value])),
        },
        ReturnValues: 'ALL_NEW',
      }),
    ),
  ])
  const { voip, fcm } = BENCH_APPS.phone
  const [first, second] = await Promise.all([
    publish(`${voip}/iphone`, APNS),
    publish(`${fcm}/droid`, ['AWS.SNS.MOBILE.GCM.TTL']),
  ])
  const delivery = { deviceId: 'iphone', platform: 'ios', outcome: 'accepted', at: '2026-01-01T00:00:00.000Z' }
  await dynamodb.send(
    new UpdateCommand({
      TableName: 'bench',
      Key: key,
      ConditionExpression: 'b = :until',
      UpdateExpression: 'SET a = :result REMOVE b',
      ExpressionAttributeValues: {
        ':until': now,
        ':result': {
          at: now,
          deliveries: [
            { ...delivery, messageId: first.MessageId },
            { ...delivery, messageId: second.MessageId },
          ],
        },
      },
    }),
  )
}

type Spent = { cpu: number; wall: number }

/** Microseconds a call, of a block of calls one after the other. */
async function measure(run: () => Promise<void>): Promise<Spent> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let i = 0; i < BLOCK; i++) await run()
  const { user, system } = process.cpuUsage(cpu)
  return { cpu: (user + system) / BLOCK, wall: ((performance.now() - start) * 1000) / BLOCK }
}

/** The requests are signed before the clock runs: signing is the client's work. */
async function measureOurs(): Promise<Spent> {
  const events = Array.from({ length: BLOCK }, signedCall)
  return measure(() => ours(events.pop() as APIGatewayProxyEventV2))
}

for (let i = 0; i < WARM_UP; i += BLOCK) {
  await measureOurs()
  await measure(bare)
}
const blocks: { ours: Spent; bare: Spent }[] = []
for (let i = 0; i < BLOCKS; i++) blocks.push({ ours: await measureOurs(), bare: await measure(bare) })
process.send?.(blocks)

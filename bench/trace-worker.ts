/** Traces one call again and again through the exported `history` handler, over sockets; sends the ms of each trace. */
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'
import { escapeId } from '../wire/path.ts'
import { pathOf, ROUTES, routeKey } from '../wire/routes.ts'
import { signRequest } from '../wire/signature.ts'
import { BENCH_KEY, BENCH_PUBLIC_KEY, benchEnv } from './fixture.ts'
import { HISTORY_LOG_GROUP, PUSHES, RING_MS, TABLE, TRACED_CALL } from './trace-fixture.ts'

const WARM_UP = 3
const TRACES = 20

const [dynamodbUrl = '', logsUrl = '', time] = process.argv.slice(2)
const at = Number(time)

Object.assign(process.env, benchEnv(dynamodbUrl), {
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logsUrl,
  TABLE_NAME: TABLE,
  HISTORY_LOG_GROUP,
})
const { handler } = await import('../lambdas/history/handler.ts')
const { createPbxStore } = await import('../lambdas/aws/pbxs.ts')
const { createClaims } = await import('../lambdas/aws/claims.ts')

await createPbxStore(TABLE).create({
  id: 'bench',
  name: 'Bench',
  keys: { k1: { publicKey: BENCH_PUBLIC_KEY, addedAt: 0 } },
  quotas: { devices: 10, pushesPerMinute: 1e9 },
})
const key = { pbx: 'bench', id: TRACED_CALL, slot: 'ring' as const }
const claims = createClaims(TABLE)
const until = at + 3000
await claims.take(key, { now: at, until }, { to: '1001', askedAt: at, receivedAt: at, deadline: at + RING_MS })
const accepted = { outcome: 'accepted' as const, at: new Date(at).toISOString() }
const deliveries = [
  { deviceId: 'iphone', platform: 'ios' as const, app: 'phone', messageId: PUSHES.iphone, ...accepted },
  { deviceId: 'android', platform: 'android' as const, app: 'phone', messageId: PUSHES.android, ...accepted },
]
await claims.finish(key, until, { at, deliveries }, true)

const path = pathOf('trace', { callId: TRACED_CALL })

function signedTrace(): APIGatewayProxyEventV2 {
  const parts = { method: 'GET', authority: 'relay.example.com', path, query: '', body: Buffer.alloc(0) }
  const headers = signRequest(parts, BENCH_KEY, 'bench/k1', Math.floor(Date.now() / 1000))
  return {
    version: '2.0',
    routeKey: routeKey(ROUTES.trace),
    rawPath: path,
    rawQueryString: '',
    pathParameters: { callId: escapeId(TRACED_CALL) },
    headers: { ...headers, host: 'relay.example.com' },
    requestContext: { requestId: 'r', http: { method: 'GET', path } },
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2
}

async function traceMs(): Promise<number> {
  const event = signedTrace()
  const start = performance.now()
  const { statusCode, body = '' } = await handler(event, { getRemainingTimeInMillis: () => 10_000 } as Context)
  const ms = performance.now() - start
  const whole = ['provider_accepted', 'provider_refused', 'woke'].every((step) => body.includes(`"step":"${step}"`))
  if (statusCode !== 200 || !whole || body.includes('incomplete')) throw new Error(`not traced: ${statusCode} ${body}`)
  return ms
}

for (let i = 0; i < WARM_UP; i++) await traceMs()
const times: number[] = []
for (let i = 0; i < TRACES; i++) times.push(await traceMs())
process.send?.(times)

/**
 * What a million calls is made of: two-device calls through the real functions, with the local cloud behind proxies that
 * count and are as late as AWS. Everything is per call.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from 'aws-lambda'
import { LOCAL_APP, startCloud } from '../../local/cloud.ts'
import { listen } from '../../local/listen.ts'
import { createGateway, type Functions } from '../../local/relay/gateway.ts'
import { tokenOf } from '../../local/tokens.ts'
import { newPbx, pbxClient } from '../../test/relay/pbx.ts'
import type { FunctionName } from '../../wire/routes.ts'
import { median } from '../row.ts'
import { countingProxy } from './proxy.ts'

/** Of AWS within a region, in ms: not measured, but what its users report. A function is billed while it waits. */
export const AWS_MS = { dynamodb: 5, sns: 25 }

const CALLS = 100
/** A token of FCM is longer than that of a simulated phone. */
const FCM_TOKEN = 152

/** Of one call and of one request that reports wakes. `ms` is what a function is billed for. */
export type Usage = { ms: number; reads: number; writes: number; pushes: number; logBytes: number }
export type Measured = { ring: Usage; wakes: Usage; accessLogBytes: number; deliveryBytes: number }

type Spent = { ms: number[]; logBytes: number }

export async function measureCalls(wakesARequest: number): Promise<Measured> {
  const { pbx, signer } = newPbx('bench')
  const cloud = await startCloud({ port: 0, pbxs: [pbx] })
  const dynamodb = await countingProxy(cloud.env.AWS_ENDPOINT_URL_DYNAMODB ?? '', AWS_MS.dynamodb)
  const sns = await countingProxy(cloud.env.AWS_ENDPOINT_URL_SNS ?? '', AWS_MS.sns)
  Object.assign(process.env, cloud.env, { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url, AWS_ENDPOINT_URL_SNS: sns.url })

  const spent: Spent = { ms: [], logBytes: 0 }
  const write = process.stdout.write.bind(process.stdout)
  process.stdout.write = (line: string | Uint8Array) => {
    spent.logBytes += Buffer.byteLength(line) - 1
    return true
  }
  const gateway = await listen(createGateway(await timedFunctions(spent)))
  const client = pbxClient(gateway.url, signer)

  /** What one of `times` requests took. */
  async function usageOf(times: number, request: (i: number) => Promise<{ status: number; text: string }>): Promise<Usage> {
    Object.assign(spent, { ms: [], logBytes: 0 })
    for (const { counted } of [dynamodb, sns]) Object.assign(counted, { requests: 0, reads: 0, writes: 0 })
    for (let i = 0; i < times; i++) {
      const { status, text } = await request(i)
      if (status !== 202) throw new Error(`answered ${status}: ${text}`)
    }
    const { reads, writes } = dynamodb.counted
    const sums = { logBytes: spent.logBytes, reads, writes, pushes: sns.counted.requests }
    const each = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / times])) as Omit<Usage, 'ms'>
    // The median: this machine has other work, which no function of AWS is billed for.
    return { ...each, ms: median(spent.ms) }
  }

  const ring = (i: number) => client.ring({ callId: `${i}-a84b4c76e66710@pbx.example.com`, to: '1001' })
  const wakes = Array.from({ length: wakesARequest }, (_, i) => ({
    callId: `${i}-a84b4c76e66710@pbx.example.com`,
    extension: '1001',
    deviceId: 'iphone-0a1b2c3d',
    platform: 'ios',
    wakeMs: 1812,
    agoMs: 900,
    first: i % 2 === 0,
  }))
  try {
    await client.register('1001', 'iphone-0a1b2c3d', {
      platform: 'ios',
      app: LOCAL_APP,
      version: 1,
      tokens: { voip: token('voip') },
    })
    await client.register('1001', 'pixel-4e5f6a7b', {
      platform: 'android',
      app: LOCAL_APP,
      version: 1,
      tokens: { fcm: token('fcm') },
    })
    await ring(-1)
    const measured = {
      ring: await usageOf(CALLS, ring),
      wakes: await usageOf(CALLS, () => client.call('POST', '/v1/wakes', { wakes })),
    }
    return { ...measured, accessLogBytes: ACCESS_LOG_BYTES, deliveryBytes: await deliveryBytes(cloud.logGroups, cloud.logs) }
  } finally {
    process.stdout.write = write
    await Promise.all([gateway, dynamodb, sns].map(({ close }) => close()))
    await cloud.close()
  }
}

/** An APNs token has 64 digits. */
const token = (kind: 'voip' | 'fcm') =>
  tokenOf({ kind, fate: 'accept', phone: kind === 'voip' ? 'iphone-0a1b' : 'pixel-4e5f6a7b' })

async function timedFunctions(spent: Spent): Promise<Functions> {
  // As on Lambda, where a log line need not say whose it is.
  process.env.AWS_LAMBDA_FUNCTION_NAME = 'bench'
  const names = ['calls', 'messages', 'devices', 'history', 'keys'] as const satisfies FunctionName[]
  const timed = names.map(async (name) => {
    const { handler } = (await import(`../../lambdas/${name}/handler.ts`)) as { handler: Functions[FunctionName] }
    const run = async (event: Parameters<typeof handler>[0], context: Context) => {
      const start = performance.now()
      const result = await handler(event, context)
      spent.ms.push(performance.now() - start)
      return result
    }
    return [name, run]
  })
  return Object.fromEntries(await Promise.all(timed)) as Functions
}

/** Of the delivery-status records of one call, once SNS has written them all. */
async function deliveryBytes(groups: () => string[], records: (group: string) => string[]): Promise<number> {
  const written = () =>
    groups()
      .filter((group) => group.startsWith('sns/'))
      .flatMap(records)
  while (written().length < 2 * CALLS) await sleep(20)
  const sizes = written().map((record) => record.length + (record.includes('/GCM/') ? FCM_TOKEN - token('fcm').length : 0))
  return (2 * sizes.reduce((sum, size) => sum + size, 0)) / sizes.length
}

/** One line of lib/api.ts's access log. */
const ACCESS_LOG_BYTES = JSON.stringify({
  requestId: 'JKJaXmPLvHcESHA=',
  route: 'POST /v1/calls',
  status: '202',
  latencyMs: '61',
  integrationMs: '58',
  integrationError: '-',
}).length

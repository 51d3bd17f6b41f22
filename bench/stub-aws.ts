/**
 * DynamoDB and SNS as fixed answers, in a process of its own: what a call costs this process is then the function's own
 * work and the SDK's. One extension, two devices, every claim free.
 */
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from '../local/listen.ts'
import { BENCH_APPS, BENCH_PUBLIC_KEY } from './fixture.ts'

const S = (text: string) => ({ S: text })
const N = (number: number) => ({ N: String(number) })

const device = (deviceId: string, platform: string, channel: string) => ({
  pk: S('PBX#bench#EXT#1001'),
  sk: S(`DEVICE#${deviceId}`),
  pbx: S('bench'),
  extension: S('1001'),
  deviceId: S(deviceId),
  platform: S(platform),
  app: S('phone'),
  tokens: { M: { [channel]: S('0123456789abcdef0123456789abcdef0123456789abcdef') } },
  endpoints: {
    M: { [channel]: S(`${(BENCH_APPS.phone as Record<string, string>)[channel]?.replace(':app/', ':endpoint/')}/${deviceId}`) },
  },
  version: N(1),
  updatedAt: N(1),
})

const ANSWERS: Record<string, (body: Record<string, Record<string, unknown>>) => unknown> = {
  GetItem: () => ({
    Item: {
      id: S('bench'),
      name: S('bench'),
      keys: { M: { k1: { M: { publicKey: S(BENCH_PUBLIC_KEY), addedAt: { N: '0' } } } } },
      quotas: { M: { devices: N(10), pushesPerMinute: N(1e9) } },
    },
  }),
  Query: () => ({ Count: 2, Items: [device('iphone', 'ios', 'voip'), device('droid', 'android', 'fcm')] }),
  UpdateItem: ({ ExpressionAttributeValues: values = {} }) => ({
    Attributes: {
      to: S('1001'),
      ...Object.fromEntries(
        ['askedAt', 'receivedAt', 'deadline', 'expiresAt'].flatMap((name) =>
          values[`:${name}`] ? [[name, values[`:${name}`]]] : [],
        ),
      ),
    },
  }),
}

const PUBLISHED = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>567910cd-659e-55d4-8ccb-5aaf14679dc0</MessageId></PublishResult><ResponseMetadata><RequestId>d74b8436-ae13-5ab4-a9ff-ce54dfea72a0</RequestId></ResponseMetadata></PublishResponse>`

const server = createServer(async (request, response) => {
  const body = (await buffer(request)).toString()
  const target = request.headers['x-amz-target']
  if (typeof target !== 'string') {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(PUBLISHED)
    return
  }
  const answer = ANSWERS[target.split('.')[1] ?? '']?.(JSON.parse(body)) ?? {}
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer))
})

process.send?.((await listen(server)).url)

/**
 * DynamoDB and SNS as the function `events` finds them, in a process of its own: every endpoint serves one Android, which
 * registered long ago and is the last on it.
 */
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from '../local/listen.ts'
import { BENCH_APPS } from './fixture.ts'

const S = (text: string) => ({ S: text })
const N = (number: number) => ({ N: String(number) })

type Body = { KeyConditionExpression: string; ExpressionAttributeValues: Record<string, { S: string }>; Item: Item; Key: Item }
type Item = { pk: { S: string }; sk: { S: string } }

const ENDPOINT = /^ENDPOINT#.*\/([^/]+)$/

const device = ({ pk, sk }: Item) => {
  const deviceId = sk.S.replace('DEVICE#', '')
  const endpoint = `${BENCH_APPS.phone.fcm.replace(':app/', ':endpoint/')}/${deviceId}`
  return {
    ...{ pk, sk, pbx: S('bench'), extension: S('1001'), deviceId: S(deviceId), platform: S('android'), app: S('phone') },
    ...{ tokens: { M: { fcm: S('x'.repeat(140)) } }, endpoints: { M: { fcm: S(endpoint) } }, version: N(1), updatedAt: N(1) },
  }
}

const linkOf = (pk = '') => ({ pk: S(pk), sk: S(`PBX#bench#EXT#1001#DEVICE#${ENDPOINT.exec(pk)?.[1]}`), version: N(1) })

const ANSWERS: Record<string, (body: Body) => unknown> = {
  Query: ({ KeyConditionExpression, ExpressionAttributeValues: values }) => ({
    Items: KeyConditionExpression.includes('begins_with') ? [linkOf(values[':pk']?.S)] : [],
  }),
  GetItem: ({ Key }) => ({ Item: device(Key) }),
  PutItem: ({ Item }) => (Item.sk.S.startsWith('DEVICE#') ? { Attributes: device(Item) } : {}),
}

const DELETED = `<DeleteEndpointResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ResponseMetadata><RequestId>c1d2b191-353c-5a5f-8969-fbdd3900afa8</RequestId></ResponseMetadata></DeleteEndpointResponse>`

const server = createServer(async (request, response) => {
  const body = (await buffer(request)).toString()
  const target = request.headers['x-amz-target']
  if (typeof target !== 'string') {
    response.writeHead(200, { 'content-type': 'text/xml' }).end(DELETED)
    return
  }
  const answer = ANSWERS[target.split('.')[1] ?? '']?.(JSON.parse(body)) ?? {}
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer))
})

process.send?.((await listen(server)).url)

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { beforeEach, expect, test } from 'vitest'
import { useLogs } from './logs.ts'

const AT = Date.parse('2026-03-02T09:00:00.000Z')

type Request = { logGroupName: string; filterPattern: string; startTime: number; endTime: number }

/** What CloudWatch would let through: its patterns take a `*` in a text for a wildcard. */
let events: object[] = []
const requests: Request[] = []
const server = createServer(async (request, response) => {
  requests.push((await json(request)) as Request)
  const page = events.map((event) => ({ timestamp: AT, message: JSON.stringify(event) }))
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ events: page }))
})
const reader = useLogs(server)

beforeEach(() => {
  events = []
  requests.length = 0
})

test('no filter pattern is longer than the 1024 characters that CloudWatch takes', async () => {
  const ids = Array.from({ length: 100 }, () => randomUUID())
  await reader().deliveries(ids, AT, AT)
  expect(requests.length).toBeGreaterThan(0)
  expect(Math.max(...requests.map(({ filterPattern }) => filterPattern.length))).toBeLessThanOrEqual(1024)
})

test('times are whole milliseconds, as CloudWatch takes no others', async () => {
  await reader().events('acme', 'c1', AT + 0.25, AT + 0.75)
  const times = requests.flatMap(({ startTime, endTime }) => [startTime, endTime])
  expect(times.filter((time) => !Number.isInteger(time))).toEqual([])
})

test('a callId with a wildcard does not show the events of other calls', async () => {
  events = ['*', 'c1', 'c2'].map((callId) => ({ event: 'wake', pbx: 'acme', callId, deviceId: 'i', at: AT }))
  const found = await reader().events('acme', '*', AT, AT)
  expect(new Set(found.map(({ callId }) => callId))).toEqual(new Set(['*']))
})

test('the groups of every platform application are searched, and their failures', async () => {
  await reader().deliveries([randomUUID()], AT, AT)
  const groups = ['APNS_VOIP', 'APNS', 'GCM'].map((platform) => `sns/eu-west-1/123456789012/app/${platform}/phone`)
  const expected = groups.flatMap((group) => [group, `${group}/Failure`])
  expect(requests.map(({ logGroupName }) => logGroupName).sort()).toEqual(expected.toSorted())
})

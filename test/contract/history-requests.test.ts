import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { beforeEach, describe, expect, test } from 'vitest'
import type { SentPush } from '../../core/history.ts'
import { GROUPS, useLogs } from './logs.ts'

const AT = Date.parse('2026-03-02T09:00:00.000Z')

type Request = { logGroupName: string; filterPattern: string; startTime: number; endTime: number; nextToken?: string }

/** What CloudWatch answers to a request: the records of a page, and whether there is another. */
let page: (request: Request) => { records?: object[]; nextToken?: string; error?: string } = () => ({})
const requests: Request[] = []
const server = createServer(async (message, response) => {
  const request = (await json(message)) as Request
  requests.push(request)
  const { records = [], nextToken, error } = page(request)
  const events = records.map((record) => ({ timestamp: AT, message: JSON.stringify(record) }))
  const body = error ? { __type: error, message: 'said by CloudWatch' } : { events, nextToken }
  response.writeHead(error ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
})
const reader = useLogs(server)

beforeEach(() => {
  page = () => ({})
  requests.length = 0
})

const pushOf = (push: Partial<SentPush> = {}): SentPush => ({ platform: 'ios', app: 'phone', messageId: randomUUID(), ...push })
const recordOf = ({ messageId }: SentPush, status = 'SUCCESS') => ({
  status,
  notification: { messageId, timestamp: '2026-03-02 09:00:00.000' },
  delivery: { dwellTimeMs: 1, token: 'the-token-in-clear' },
})
const groupOf = (platform: string, app = 'phone') => `sns/eu-west-1/123456789012/app/${platform}/${app}`
const asked = () => requests.map(({ logGroupName }) => logGroupName).toSorted()

test('no filter pattern is longer than the 1024 characters that CloudWatch takes', async () => {
  await reader().deliveries(
    Array.from({ length: 100 }, () => pushOf()),
    AT,
    AT,
  )
  expect(requests.length).toBeGreaterThan(0)
  expect(Math.max(...requests.map(({ filterPattern }) => filterPattern.length))).toBeLessThanOrEqual(1024)
})

test('times are whole milliseconds, as CloudWatch takes no others', async () => {
  await reader().wakes('acme', 'c1', AT + 0.25, AT + 0.75)
  const times = requests.flatMap(({ startTime, endTime }) => [startTime, endTime])
  expect(times).toHaveLength(2)
  expect(times.filter((time) => !Number.isInteger(time))).toEqual([])
})

test('a callId with a wildcard does not show the wakes of other calls', async () => {
  const records = ['*', 'c1', 'c2'].map((callId) => ({ message: 'wake', pbx: 'acme', callId, deviceId: 'i', at: AT }))
  page = () => ({ records })
  expect((await reader().wakes('acme', '*', AT, AT)).records.map(({ callId }) => callId)).toEqual(['*'])
})

test('wakes are looked for where the function of wakes writes, and nowhere else', async () => {
  await reader().wakes('acme', 'c1', AT, AT)
  expect(asked()).toEqual([GROUPS.HISTORY_LOG_GROUP])
})

describe('the groups that are searched for deliveries', () => {
  test('no push, no request', async () => {
    expect(await reader().deliveries([], AT, AT)).toEqual({ records: [] })
    expect(requests).toEqual([])
  })

  test('are those of the pushes’ own applications, the failures only for what the successes lack', async () => {
    const [delivered, lost] = [pushOf(), pushOf({ platform: 'android' })]
    page = ({ logGroupName }) => (logGroupName === groupOf('APNS_VOIP') ? { records: [recordOf(delivered)] } : {})
    await reader().deliveries([delivered, lost], AT, AT)
    expect(asked()).toEqual([groupOf('APNS_VOIP'), groupOf('GCM'), `${groupOf('GCM')}/Failure`].toSorted())
  })

  test('are those of every app for a push of which none is known', async () => {
    await reader().deliveries([{ platform: 'ios', messageId: randomUUID() }], AT, AT)
    const groups = [groupOf('APNS_VOIP'), groupOf('APNS_VOIP', 'other')]
    expect(asked()).toEqual(groups.flatMap((group) => [group, `${group}/Failure`]).toSorted())
  })

  test('are none for an app that the relay serves no more', async () => {
    expect(await reader().deliveries([pushOf({ app: 'gone' })], AT, AT)).toEqual({ records: [] })
    expect(requests).toEqual([])
  })
})

describe('pages', () => {
  test('an empty page is not the last', async () => {
    const push = pushOf()
    page = ({ nextToken }) => (nextToken ? { records: [recordOf(push)] } : { nextToken: 'two' })
    expect((await reader().deliveries([push], AT, AT)).records).toHaveLength(1)
    expect(requests.map(({ nextToken }) => nextToken)).toEqual([undefined, 'two'])
  })

  test('no page is asked for after the last push was found', async () => {
    const push = pushOf()
    page = () => ({ records: [recordOf(push)], nextToken: 'more' })
    expect((await reader().deliveries([push], AT, AT)).records).toHaveLength(1)
    expect(requests).toHaveLength(1)
  })
})

describe('a group that cannot be read', () => {
  test('leaves what other groups told', async () => {
    const [ios, droid] = [pushOf(), pushOf({ platform: 'android' })]
    page = ({ logGroupName }) =>
      logGroupName === groupOf('GCM') ? { error: 'AccessDeniedException' } : { records: [recordOf(ios)] }
    const { records, error } = await reader().deliveries([ios, droid], AT, AT)
    expect(records.map(({ messageId }) => messageId)).toEqual([ios.messageId])
    expect(error).toMatchObject({ name: 'AccessDeniedException' })
  })

  test('leaves what its own first pages told', async () => {
    const wake = { message: 'wake', pbx: 'acme', callId: 'c1', deviceId: 'i', at: AT }
    page = ({ nextToken }) => (nextToken ? { error: 'InvalidParameterException' } : { records: [wake], nextToken: 'two' })
    const { records, error } = await reader().wakes('acme', 'c1', AT, AT)
    expect(records).toHaveLength(1)
    expect(error).toMatchObject({ name: 'InvalidParameterException' })
  })

  test('and one that is not there is no error', async () => {
    page = () => ({ error: 'ResourceNotFoundException' })
    expect(await reader().deliveries([pushOf()], AT, AT)).toEqual({ records: [] })
  })
})

test.each([
  ['another push', {}],
  ['no time', { notification: { messageId: 'x', timestamp: 'yesterday' } }],
  ['no delivery', { delivery: null }],
])('a record of %s is passed over', async (name, more) => {
  const push = pushOf()
  const notification = {
    messageId: name === 'another push' ? randomUUID() : push.messageId,
    timestamp: '2026-03-02 09:00:00.000',
  }
  page = () => ({ records: [{ ...recordOf(push), notification, ...more }] })
  expect(await reader().deliveries([push], AT, AT)).toEqual({ records: [] })
})

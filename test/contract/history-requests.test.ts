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
const isFailures = (group: string) => group.endsWith('/Failure')
const groupOf = (platform: string, app = 'phone') => `sns/eu-west-1/123456789012/app/${platform}/${app}`
const wakeOf = (callId: string) => ({ message: 'wake', pbx: 'acme', callId, deviceId: 'i', wakeMs: 900, at: AT })
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
  const records = ['*', 'c1', 'c2'].map(wakeOf)
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

  test('are those of the pushes’ own applications, each with its failures', async () => {
    await reader().deliveries([pushOf(), pushOf({ platform: 'android' })], AT, AT)
    const groups = [groupOf('APNS_VOIP'), groupOf('GCM')]
    expect(asked()).toEqual(groups.flatMap((group) => [group, `${group}/Failure`]).toSorted())
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
    page = ({ logGroupName, nextToken }) => {
      if (isFailures(logGroupName)) return {}
      return nextToken ? { records: [recordOf(push)] } : { nextToken: 'two' }
    }
    expect((await reader().deliveries([push], AT, AT)).records).toHaveLength(1)
    const ofSuccesses = requests.filter(({ logGroupName }) => !isFailures(logGroupName))
    expect(ofSuccesses.map(({ nextToken }) => nextToken)).toEqual([undefined, 'two'])
  })

  test('delivered pushes take two requests an application, however much more its log holds', async () => {
    const pushes = Array.from({ length: 12 }, () => pushOf())
    const records = pushes.map((push) => recordOf(push))
    page = ({ logGroupName }) => (isFailures(logGroupName) ? {} : { records, nextToken: 'more' })
    expect((await reader().deliveries(pushes, AT, AT)).records).toHaveLength(12)
    expect(requests).toHaveLength(2)
  })

  test('a failure is found though the successes never end, and ends their search', async () => {
    const push = pushOf()
    let askedBefore = Number.NaN
    page = ({ logGroupName, nextToken = '0' }) => {
      // On a page so late that the search of the successes is under way and has to be stopped.
      if (!isFailures(logGroupName) || nextToken !== '5') return { nextToken: String(Number(nextToken) + 1) }
      askedBefore = requests.length
      return { records: [recordOf(push, 'FAILURE')] }
    }
    const { records, error } = await reader().deliveries([push], AT, AT)
    expect(records).toMatchObject([{ messageId: push.messageId, delivered: false }])
    expect(error).toBeUndefined()
    // Those on their way when it was found; a search that is not stopped asks for thousands.
    expect(requests.length - askedBefore).toBeLessThan(20)
  })

  test('one push that was found does not end the search for another', async () => {
    const [delivered, failed] = [pushOf(), pushOf()]
    page = ({ logGroupName, nextToken }) => {
      if (!isFailures(logGroupName)) return { records: [recordOf(delivered)] }
      return nextToken ? { records: [recordOf(failed, 'FAILURE')] } : { nextToken: 'two' }
    }
    const { records } = await reader().deliveries([delivered, failed], AT, AT)
    const fates = Object.fromEntries(records.map(({ messageId, delivered }) => [messageId, delivered]))
    expect(fates).toEqual({ [delivered.messageId]: true, [failed.messageId]: false })
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
    page = ({ nextToken }) => (nextToken ? { error: 'InvalidParameterException' } : { records: [wakeOf('c1')], nextToken: 'two' })
    const { records, error } = await reader().wakes('acme', 'c1', AT, AT)
    expect(records).toHaveLength(1)
    expect(error).toMatchObject({ name: 'InvalidParameterException' })
  })

  test('is no error when all that it could tell was found elsewhere', async () => {
    const push = pushOf()
    page = ({ logGroupName }) => (isFailures(logGroupName) ? { error: 'AccessDeniedException' } : { records: [recordOf(push)] })
    const { records, error } = await reader().deliveries([push], AT, AT)
    expect({ records, error }).toMatchObject({ records: [{ delivered: true }], error: undefined })
    expect(await reader().deliveries([push, pushOf()], AT, AT)).toMatchObject({ error: { name: 'AccessDeniedException' } })
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

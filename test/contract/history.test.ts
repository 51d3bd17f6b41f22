import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createLogs } from '../../local/logs/server.ts'
import { createLogStore } from '../../local/logs/store.ts'
import { deliveryRecord } from '../../local/sns/records.ts'
import { GROUPS, useLogs } from './logs.ts'

const MINUTE_MS = 60_000
const AT = Date.parse('2026-03-02T09:00:00.000Z')
const SNS_GROUP = 'sns/eu-west-1/123456789012/app/GCM/phone'

let writtenAt = AT
const store = createLogStore(() => writtenAt)
const reader = useLogs(createLogs(store))

function write(group: string, record: object, at = AT): void {
  writtenAt = at
  store.write(group, JSON.stringify(record))
}

const wake = (callId: string, more: object = {}) => ({
  message: 'wake',
  pbx: 'acme',
  callId,
  deviceId: 'i',
  wakeMs: 900,
  at: AT,
  ...more,
})
const wakes = async (callId: string, pbx = 'acme') => (await reader().wakes(pbx, callId, AT, AT)).records
const deliveries = async (ids: string[]) => {
  const pushes = ids.map((messageId) => ({ platform: 'android' as const, app: 'phone', messageId }))
  return (await reader().deliveries(pushes, AT, AT)).records
}

function delivered(messageId: string, failure?: 'InvalidPlatformToken') {
  const endpoint = { arn: 'arn', token: 'the-token-in-clear', enabled: true, customUserData: '' }
  const application = { arn: 'arn', platform: 'GCM' as const, name: 'phone', attributes: {}, endpoints: new Map() }
  const mobile = { ttlSeconds: 30, pushType: undefined, priority: undefined, topic: undefined }
  const notification = { ...mobile, messageId, endpoint: { ...endpoint, application }, payload: '{}', publishedAt: AT + 7 }
  const answer = failure ? { status: 404, body: '{"error":"UNREGISTERED"}' } : { status: 200, body: '{"name":"x"}' }
  return deliveryRecord(notification, { failure, attempts: 1, dwellTimeMs: 42, answer })
}

describe('wakes', () => {
  test('log groups that nothing was written to are empty, not missing', async () => {
    expect(await wakes('nobody')).toEqual([])
  })

  test('what was written of a call is found, of other calls and PBXs it is not', async () => {
    write(GROUPS.HISTORY_LOG_GROUP, wake('c1'))
    write(GROUPS.HISTORY_LOG_GROUP, wake('c2'))
    write(GROUPS.HISTORY_LOG_GROUP, wake('c1', { pbx: 'globex' }))
    expect(await wakes('c1')).toEqual([{ callId: 'c1', deviceId: 'i', wakeMs: 900, at: AT }])
  })

  test('lines of a call that are no wakes, lines that lack their time, and lines that are no JSON, are left out', async () => {
    write(GROUPS.HISTORY_LOG_GROUP, { message: 'request', pbx: 'acme', callId: 'c3' })
    write(GROUPS.HISTORY_LOG_GROUP, wake('c3', { at: undefined }))
    store.write(GROUPS.HISTORY_LOG_GROUP, 'START RequestId: c3')
    expect(await wakes('c3')).toEqual([])
  })

  test.each(['a84b"host', 'back\\slash', '"', '}" || $.pbx = "acme', "it's{}"])(
    'the callId %s finds its own events',
    async (callId) => {
      write(GROUPS.HISTORY_LOG_GROUP, wake(callId))
      write(GROUPS.HISTORY_LOG_GROUP, wake('another'))
      expect(await wakes(callId)).toMatchObject([{ callId }])
    },
  )

  test('a call of more events than a page holds is read whole', async () => {
    for (let i = 0; i < 12_000; i++) write(GROUPS.HISTORY_LOG_GROUP, wake('busy', { deviceId: `d${i}` }))
    expect(await wakes('busy')).toHaveLength(12_000)
  })

  test('the search reaches a minute over both ends of its window, and no further', async () => {
    for (const [deviceId, offset] of [
      ['early', -MINUTE_MS - 1],
      ['first', -MINUTE_MS],
      ['last', MINUTE_MS - 1],
      ['late', MINUTE_MS + 1],
    ] as const)
      write(GROUPS.HISTORY_LOG_GROUP, wake('window', { deviceId }), AT + offset)
    expect(await wakes('window')).toMatchObject([{ deviceId: 'first' }, { deviceId: 'last' }])
  })
})

describe('deliveries', () => {
  test('without a log group there is nothing to tell', async () => {
    expect(await deliveries([randomUUID()])).toEqual([])
  })

  test('a delivery tells when SNS accepted it and how long it took, and no token', async () => {
    const messageId = randomUUID()
    write(SNS_GROUP, delivered(messageId))
    const found = await deliveries([messageId, randomUUID()])
    expect(found).toEqual([{ messageId, acceptedAt: AT + 7, dwellMs: 42, delivered: true, status: 200, words: undefined }])
    expect(JSON.stringify(found)).not.toContain('the-token-in-clear')
  })

  test('a refusal comes from the group of failures, in the provider’s words', async () => {
    const messageId = randomUUID()
    write(`${SNS_GROUP}/Failure`, delivered(messageId, 'InvalidPlatformToken'))
    const refused = { messageId, delivered: false, status: 404, words: '{"error":"UNREGISTERED"}' }
    expect(await deliveries([messageId])).toMatchObject([refused])
  })

  test.each([1, 12, 13, 60])('all of %i message ids are found, each once', async (count) => {
    const ids = Array.from({ length: count }, () => randomUUID())
    for (const id of ids) write(SNS_GROUP, delivered(id))
    expect((await deliveries(ids)).map(({ messageId }) => messageId).sort()).toEqual(ids.toSorted())
  })
})

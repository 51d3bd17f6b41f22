/**
 * DynamoDB and CloudWatch Logs on localhost, in a process of their own, the logs filled. Its arguments: how many
 * records of other calls there are, spread over an hour, and the time in ms of the traced call, which is in the middle of it.
 */
import { startDynamo } from '../local/dynamodb.ts'
import { listen } from '../local/listen.ts'
import { createLogs } from '../local/logs/server.ts'
import { createLogStore } from '../local/logs/store.ts'
import { BENCH_APPS } from './fixture.ts'
import { HISTORY_LOG_GROUP, PUSHES, TABLE, TRACED_CALL } from './trace-fixture.ts'

const [records, tracedAt] = process.argv.slice(2).map(Number) as [number, number]
const HOUR_MS = 3_600_000
const FAILED = '/Failure'

const groupOf = (arn: string) => `sns/${arn.split(':').slice(3).join('/')}`
const [voip, fcm] = [groupOf(BENCH_APPS.phone.voip), groupOf(BENCH_APPS.phone.fcm)]

const pushed = (messageId: string, status: string) => ({
  status,
  notification: { messageId, timestamp: new Date(tracedAt).toISOString().replace('T', ' ').replace('Z', '') },
  delivery: {
    statusCode: status === 'SUCCESS' ? 200 : 404,
    dwellTimeMs: 42,
    token: '0123456789abcdef'.repeat(8),
    attempts: 1,
    providerResponse: JSON.stringify({ error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } }),
    destination: BENCH_APPS.phone.fcm.replace(':app/', ':endpoint/'),
  },
})
const woke = (callId: string) => ({ event: 'wake', pbx: 'bench', callId, deviceId: 'iphone', platform: 'ios', wakeMs: 800 })
const wakeLine = (callId: string, at: number) => JSON.stringify({ level: 'INFO', service: 'history', ...woke(callId), at })

let at = 0
const store = createLogStore(() => at, records)
/** Of each three records around the call one is a wake, two are deliveries, of which one in fifty failed. */
for (let i = 0; i < records; i++) {
  at = tracedAt - HOUR_MS / 2 + Math.floor((i * HOUR_MS) / records)
  if (i === records >> 1) {
    store.write(HISTORY_LOG_GROUP, wakeLine(TRACED_CALL, at))
    store.write(voip, JSON.stringify(pushed(PUSHES.iphone, 'SUCCESS')))
    store.write(fcm + FAILED, JSON.stringify(pushed(PUSHES.android, 'FAILURE')))
  }
  const failed = i % 150 < 3
  if (i % 3 === 0) store.write(HISTORY_LOG_GROUP, wakeLine(`other-${i}`, at))
  else
    store.write(
      (i % 3 === 1 ? voip : fcm) + (failed ? FAILED : ''),
      JSON.stringify(pushed(`other-${i}`, failed ? 'FAILURE' : 'SUCCESS')),
    )
}

const [dynamodb, logs] = [await startDynamo(TABLE), await listen(createLogs(store))]
process.send?.({ dynamodb: dynamodb.url, logs: logs.url })

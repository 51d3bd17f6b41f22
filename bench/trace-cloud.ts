/**
 * DynamoDB and CloudWatch Logs on localhost, in a process of their own, the logs filled. Its arguments: how many records of
 * other calls there are in the time that a trace searches, and the time in ms of the traced call. Any message to it is
 * answered with how many records stood in the times that were searched.
 */

import { recordTo } from '../lambdas/history/record.ts'
import { createLog } from '../lambdas/kit/log.ts'
import { startDynamo } from '../local/dynamodb.ts'
import { listen } from '../local/listen.ts'
import { createLogs } from '../local/logs/server.ts'
import { createLogStore } from '../local/logs/store.ts'
import { BENCH_APPS } from './fixture.ts'
import { HISTORY_LOG_GROUP, PUSHES, SEARCHED_AFTER_MS, SEARCHED_BEFORE_MS, TABLE, TRACED_CALL } from './trace-fixture.ts'

const [records, tracedAt] = process.argv.slice(2).map(Number) as [number, number]

let at = 0
const store = createLogStore(() => at, records)
const searched = new Map<string, number>()

// A function's standard output is its log group.
process.stdout.write = ((line: string) => {
  store.write(HISTORY_LOG_GROUP, line.trimEnd())
  return true
}) as typeof process.stdout.write
const record = recordTo(createLog('history'))
const wake = (callId: string) =>
  record({ pbx: 'bench', callId, at, deviceId: 'iphone', platform: 'ios', wakeMs: 800, first: true })

const ANSWERS = {
  SUCCESS: { statusCode: 200, providerResponse: JSON.stringify({ name: 'projects/phone/messages/0:1700000000000000' }) },
  FAILURE: { statusCode: 404, providerResponse: JSON.stringify({ error: { status: 'NOT_FOUND', message: 'UNREGISTERED' } }) },
}

/** A delivery-status record, in the group that SNS would write it to. */
function deliver(arn: string, messageId: string, status: keyof typeof ANSWERS): void {
  const notification = { messageId, timestamp: new Date(at).toISOString().replace('T', ' ').replace('Z', '') }
  const phone = { token: '0123456789abcdef'.repeat(8), destination: arn.replace(':app/', ':endpoint/') }
  const delivery = { dwellTimeMs: 42, attempts: 1, ...phone, ...ANSWERS[status] }
  const group = `sns/${arn.split(':').slice(3).join('/')}${status === 'FAILURE' ? '/Failure' : ''}`
  store.write(group, JSON.stringify({ status, notification, delivery }))
}

const { voip, fcm } = BENCH_APPS.phone
const duration = SEARCHED_BEFORE_MS + SEARCHED_AFTER_MS
let traced = false
/** A call rings an iPhone, which wakes, and an Android; of fifty pushes one fails. */
for (let i = 0; i < records; i++) {
  at = tracedAt - SEARCHED_BEFORE_MS + Math.floor((i * duration) / records)
  if (!traced && at >= tracedAt) {
    traced = true
    wake(TRACED_CALL)
    deliver(voip, PUSHES.iphone, 'SUCCESS')
    deliver(fcm, PUSHES.android, 'FAILURE')
  }
  if (i % 3 === 0) wake(`other-${i}`)
  else deliver(i % 3 === 1 ? voip : fcm, `other-${i}`, i % 150 < 3 ? 'FAILURE' : 'SUCCESS')
}

const span: typeof store.span = (group, from, to) => {
  const found = store.span(group, from, to)
  searched.set(group, found.end - found.start)
  return found
}
const [dynamodb, logs] = [await startDynamo(TABLE), await listen(createLogs({ ...store, span }))]
process.on('message', () => process.send?.([...searched.values()].reduce((sum, count) => sum + count, 0)))
process.send?.({ dynamodb: dynamodb.url, logs: logs.url })

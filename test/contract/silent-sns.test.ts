import { expect, test } from 'vitest'
import type { PlatformPush } from '../../wire/payload.ts'
import { silentSns, useSns } from './sns.ts'

const { server, requests } = silentSns()
const { aws, close } = useSns(server)

const ARN = 'arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/phone/1'
const PUSH: PlatformPush = { platform: 'GCM', body: '{}', ttlSeconds: 30 }

test('an SNS that never answers is asked once more, and then given up', async () => {
  const before = requests()
  expect(await aws().pusher.publish(ARN, PUSH, 10_000)).toEqual({ kind: 'retry', reason: 'sns_slow' })
  expect(requests() - before).toBe(2)
})

test('with no time left for that it is given up without a second request', async () => {
  const before = requests()
  expect(await aws().pusher.publish(ARN, PUSH, 100)).toEqual({ kind: 'retry', reason: 'sns_slow' })
  // On a busy machine the time is over before the first one has left.
  expect(requests() - before).toBeLessThan(2)
})

test('an SNS that is not there at all is to be retried', async () => {
  await close()
  expect(await aws().pusher.publish(ARN, PUSH, 10_000)).toEqual({ kind: 'retry', reason: 'sns_unreachable' })
})

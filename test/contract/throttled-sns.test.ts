import { expect, test } from 'vitest'
import type { PlatformPush } from '../../wire/payload.ts'
import { simulatedSns, useSns } from './sns.ts'

const simulated = simulatedSns(1)
const { aws } = useSns(simulated.server)
const PUSH: PlatformPush = { platform: 'GCM', body: '{}', ttlSeconds: 30 }

test('a push over the quota of the account is to be retried, the one before it was accepted', async () => {
  const { endpoints, pusher } = aws()
  const arn = await endpoints.create(simulated.createApplication('GCM', 'phone', 'com.example.phone'), 'a-token')
  expect((await pusher.publish(arn, PUSH, 10_000)).kind).toBe('accepted')
  expect(await pusher.publish(arn, PUSH, 10_000)).toEqual({ kind: 'retry', reason: 'throttled' })
})

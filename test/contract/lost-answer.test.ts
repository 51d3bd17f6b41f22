import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { useDynamoDb } from './dynamodb.ts'

const stores = useDynamoDb()

const NOW = Date.parse('2026-03-02T09:00:00.000Z')
const LEASE = { now: NOW, until: NOW + 3000 }

/** The next request reaches DynamoDB, and its answer does not come back; the SDK then tries again by itself. */
async function loseAnAnswer(): Promise<() => number> {
  const { dynamodb } = await import('../../lambdas/aws/clients.ts')
  let attempts = 0
  dynamodb.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args)
      attempts += 1
      if (attempts === 1) throw Object.assign(new Error('the connection is gone'), { name: 'TimeoutError' })
      return answer
    },
    { step: 'deserialize', name: 'loseAnAnswer', priority: 'high' },
  )
  return () => {
    dynamodb.middlewareStack.remove('loseAnAnswer')
    return attempts
  }
}

test('a claim whose answer was lost is held by whoever asked for it', async () => {
  const key = { pbx: randomUUID(), id: 'a84b@host', slot: 'ring' as const }
  const attemptsSeen = await loseAnAnswer()
  const { taken } = await stores().claims.take(key, LEASE, { to: '1001' })
  expect(attemptsSeen()).toBe(2)
  expect(taken).toBe(true)
})

test('and by nobody else', async () => {
  const key = { pbx: randomUUID(), id: 'a84b@host', slot: 'ring' as const }
  await stores().claims.take(key, LEASE, { to: '1001' })
  const attemptsSeen = await loseAnAnswer()
  expect((await stores().claims.take(key, LEASE, { to: '1001' })).taken).toBe(false)
  attemptsSeen()
})

import type { SQSRecord } from 'aws-lambda'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import type { Log } from '../../lambdas/kit/log.ts'
import { fromQueue, type Handled } from '../../lambdas/kit/queue.ts'

const LOG: Log = { info: () => {}, measured: () => {}, error: () => {} }
const HANDLED: Handled = { fields: {}, measured: { kind: 'wake', dimensions: { platform: 'ios' }, values: {} } }
const batchOf = (...bodies: string[]) => ({ Records: bodies.map((body, i) => ({ messageId: `m${i}`, body }) as SQSRecord) })
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i))

test.each([
  [3, 3],
  [10, 10],
  [25, 10],
])('of %i records %i are worked on at once, and all in the end', async (count, most) => {
  const waiting: (() => void)[] = []
  const seen: string[] = []
  const handle = (body: string) =>
    new Promise<Handled>((resolve) => {
      seen.push(body)
      waiting.push(() => resolve(HANDLED))
    })
  const answer = fromQueue(v.string(), handle, LOG)(batchOf(...numbers(count)))
  await expect.poll(() => waiting.length).toBe(most)
  let finished = 0
  while (finished < count) {
    expect(seen.length - finished).toBeLessThanOrEqual(most)
    await expect.poll(() => waiting.length).toBeGreaterThan(finished)
    waiting[finished++]?.()
  }
  expect(await answer).toEqual({ batchItemFailures: [] })
  expect(seen).toEqual(numbers(count))
})

test('the failures are those of the records, in whatever order they end', async () => {
  const handle = async (body: string) => {
    if (Number(body) % 2 === 0) await null
    if (body === '1' || body === '4') throw new Error('refused')
    return HANDLED
  }
  const answer = await fromQueue(v.string(), handle, LOG)(batchOf(...numbers(6)))
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm4' }] })
})

test('what does not fit the schema is not handled', async () => {
  const seen: string[] = []
  const handle = async (body: string) => {
    seen.push(body)
    return HANDLED
  }
  const digits = v.pipe(v.string(), v.regex(/^\d+$/))
  expect(await fromQueue(digits, handle, LOG)(batchOf('1', 'x', '2'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] })
  expect(seen).toEqual(['1', '2'])
})

import type { SQSEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import { createQueue } from '../../local/relay/queue.ts'

const bodiesOf = ({ Records }: SQSEvent) => Records.map(({ body }) => body)

/** A queue in front of a function that fails in the records of these bodies; `batches` is what it was given. */
function startQueue(fails: (body: string) => boolean) {
  const batches: string[][] = []
  const queue = createQueue(async (event) => {
    batches.push(bodiesOf(event))
    const failed = event.Records.filter(({ body }) => fails(body))
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  })
  return { ...queue, batches }
}

test('batches are of ten at most, and nothing is lost', async () => {
  const { send, batches, deadLetters } = startQueue(() => false)
  const bodies = Array.from({ length: 25 }, (_, i) => String(i))
  for (const body of bodies) send(body)
  await expect.poll(() => batches.flat()).toEqual(bodies)
  expect(Math.max(...batches.map(({ length }) => length))).toBe(10)
  expect(deadLetters()).toEqual([])
})

test('what fails comes again, three times in all, and is then a dead letter', async () => {
  const { send, batches, deadLetters } = startQueue((body) => body === 'bad')
  for (const body of ['good', 'bad', 'fine']) send(body)
  await expect.poll(deadLetters).toEqual(['bad'])
  expect(batches.flat().sort()).toEqual(['bad', 'bad', 'bad', 'fine', 'good'])
})

test('what succeeds at the second receive is no dead letter', async () => {
  let failures = 1
  const { send, batches, deadLetters } = startQueue(() => failures-- > 0)
  send('shaky')
  send('next')
  await expect.poll(() => batches.flat().sort()).toEqual(['next', 'shaky', 'shaky'])
  expect(deadLetters()).toEqual([])
})

test('a function that throws has failed in the whole batch', async () => {
  const { send, deadLetters } = createQueue(() => Promise.reject(new Error('out of memory')))
  for (const body of ['one', 'two']) send(body)
  await expect.poll(deadLetters).toEqual(['one', 'two'])
})

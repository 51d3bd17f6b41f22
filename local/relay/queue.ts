/**
 * SQS in front of a function, in memory: batches of 10, what failed again at once, and after three receives to the dead
 * letters (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
 */
import { randomUUID } from 'node:crypto'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'

const BATCH = 10
const MOST_RECEIVES = 3

/** `deadLetters` gives the bodies of the messages that were given up. */
export type Queue = { send: (body: string) => void; deadLetters: () => string[] }
export type InvokeBatch = (event: SQSEvent) => Promise<SQSBatchResponse>

type Message = { id: string; body: string; receives: number }

export function createQueue(invoke: InvokeBatch): Queue {
  const waiting: Message[] = []
  const dead: string[] = []
  let running = false

  /** A function that throws has failed every record of its batch. */
  async function failuresOf(batch: Message[]): Promise<Set<string>> {
    try {
      const { batchItemFailures } = await invoke({ Records: batch.map(toRecord) })
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    } catch {
      return new Set(batch.map(({ id }) => id))
    }
  }

  async function run(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH)
      for (const message of batch) message.receives++
      const failures = await failuresOf(batch)
      for (const message of batch.filter(({ id }) => failures.has(id))) {
        if (message.receives < MOST_RECEIVES) waiting.push(message)
        else dead.push(message.body)
      }
    }
    running = false
  }

  return {
    send(body) {
      waiting.push({ id: randomUUID(), body, receives: 0 })
      if (!running) void run()
    },
    deadLetters: () => [...dead],
  }
}

const toRecord = ({ id, body, receives }: Message): SQSRecord => ({
  messageId: id,
  receiptHandle: id,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: '0',
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:endpoint-events',
  awsRegion: 'eu-west-1',
})

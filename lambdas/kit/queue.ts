import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type * as v from 'valibot'
import { check } from '../../wire/parse.ts'
import type { Log } from './log.ts'
import type { Measured } from './metrics.ts'

type Schema = v.GenericSchema<unknown, unknown>

/** How many records of a batch are worked on at once: each is a handful of requests to AWS. */
const AT_ONCE = 10

/** What is told of a record that was handled: `fields` go into its log line, with its metrics. */
export type Handled = { fields: object; measured: Measured }

/**
 * The one chain for events from SQS (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html): each record
 * is parsed by `schema` and handled by itself, and leaves one log line. Answers which of them failed; the queue brings only
 * these again. `schema` takes the record's body.
 */
export function fromQueue<S extends Schema>(
  schema: S,
  handle: (message: v.InferOutput<S>) => Promise<Handled>,
  log: Log,
): (event: SQSEvent) => Promise<SQSBatchResponse> {
  async function work({ messageId, body }: SQSRecord): Promise<boolean> {
    try {
      const { fields, measured } = await handle(read(schema, body))
      log.measured(measured, { messageId, ...fields })
      return true
    } catch (error) {
      log.error('record failed', error, { messageId })
      return false
    }
  }

  return async ({ Records }) => {
    const done = await mapAtMost(AT_ONCE, Records, work)
    return { batchItemFailures: Records.filter((_, i) => !done[i]).map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }
}

/**
 * Poison fails on purpose, although repeating it is in vain: after three receives the queue moves it to the dead letters,
 * where an alarm tells of it and a person can read it. The log tells what is wrong with it, and nothing of it.
 */
function read<S extends Schema>(schema: S, body: string): v.InferOutput<S> {
  const checked = check(schema, body)
  if ('output' in checked) return checked.output
  throw new Error(checked.errors.map(({ pointer, message }) => `${pointer || 'the body'} ${message}`).join('; '))
}

/** `Promise.all` of which at most `limit` run at once. */
async function mapAtMost<T, R>(limit: number, items: T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const worker = async () => {
    for (const [i, item] of rest) results[i] = await run(item)
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}

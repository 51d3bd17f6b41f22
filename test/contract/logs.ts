import type { Server } from 'node:http'
import { afterAll, beforeAll } from 'vitest'
import type { HistoryReader } from '../../core/history.ts'
import { type Listening, listen } from '../../local/listen.ts'
import { APPS } from '../core/world.ts'
import { LOCAL_CREDENTIALS } from './dynamodb.ts'

export const GROUPS = { HISTORY_LOG_GROUP: '/wakecall/history' }

const other = { bundle: 'com.example.other', voip: 'arn:aws:sns:eu-west-1:123456789012:app/APNS_VOIP/other' }

/** lambdas/aws/history.ts with a server as its CloudWatch Logs, for the tests of one file. */
export function useLogs(server: Server): () => HistoryReader {
  let listening: Listening | undefined
  let reader: HistoryReader | undefined
  beforeAll(async () => {
    listening = await listen(server)
    // The adapter makes its client when it is imported, from the environment.
    Object.assign(process.env, LOCAL_CREDENTIALS, { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: listening.url })
    const { createHistoryReader } = await import('../../lambdas/aws/history.ts')
    reader = createHistoryReader({ APPS: { ...APPS, other }, ...GROUPS })
  })
  afterAll(() => listening?.close())
  return () => {
    if (!reader) throw new Error('the logs are there while tests run only')
    return reader
  }
}

import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import * as v from 'valibot'
import type { Apps } from '../../core/apps.ts'
import type { DeliveryStatus, Found, HistoryReader, SentPush, WakeEvent } from '../../core/history.ts'
import { DeliveryRecord } from './delivery-record.ts'

const logs = new CloudWatchLogsClient({ maxAttempts: 3 })

/** The PNS waits 10 s for a trace; what a log has not told by then is left out. */
const SEARCH_MS = 7000

type Settings = { APPS: Apps; HISTORY_LOG_GROUP: string }
type Span = { from: number; to: number; signal: AbortSignal }

/**
 * The messages of a group that fit a filter pattern, page by page: whoever has enough stops asking. Pages may be empty, and
 * a group that nothing was written to is not there.
 */
async function* search(logGroupName: string, filterPattern: string, { from, to, signal }: Span): AsyncGenerator<string> {
  let nextToken: string | undefined
  do {
    // A minute on either side: the log's clock is the writer's, and the PBX's question is older than its answer.
    const startTime = Math.floor(from) - 60_000
    const endTime = Math.ceil(to) + 60_000
    const command = new FilterLogEventsCommand({ logGroupName, filterPattern, startTime, endTime, nextToken })
    const page = await logs.send(command, { abortSignal: signal }).catch((error: Error) => {
      if (error.name === 'ResourceNotFoundException') return { events: [], nextToken: undefined }
      throw error
    })
    for (const { message } of page.events ?? []) if (message) yield message
    nextToken = page.nextToken
  } while (nextToken)
}

/** Runs searches at once, which put what they find into one list; one that fails leaves what it had found. */
async function gather<T>(searches: ((found: T[]) => Promise<void>)[]): Promise<Found<T>> {
  const records: T[] = []
  const settled = await Promise.allSettled(searches.map((search) => search(records)))
  const failed = settled.find(({ status }) => status === 'rejected')
  return failed?.status === 'rejected' ? { records, error: failed.reason } : { records }
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`

/** A filter pattern has at most 1024 characters; a message id with its path takes about 70. */
const IDS_A_PATTERN = 12

/** Finds the records of these pushes. A push has one record, so a search ends with the last of its ids. */
async function findDeliveries(group: string, messageIds: string[], span: Span, found: DeliveryStatus[]): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(messageIds.length / IDS_A_PATTERN) }, (_, i) =>
    messageIds.slice(i * IDS_A_PATTERN, (i + 1) * IDS_A_PATTERN),
  )
  await Promise.all(
    chunks.map(async (chunk) => {
      const wanted = new Set(chunk)
      const pattern = `{ ${chunk.map((id) => `$.notification.messageId = ${quoted(id)}`).join(' || ')} }`
      for await (const message of search(group, pattern, span)) {
        const { success, output } = v.safeParse(DeliveryRecord, message)
        if (success && wanted.delete(output.messageId)) found.push(output)
        if (wanted.size === 0) break
      }
    }),
  )
}

export function createHistoryReader({ APPS, HISTORY_LOG_GROUP }: Settings): HistoryReader {
  const spanOf = (from: number, to: number): Span => ({ from, to, signal: AbortSignal.timeout(SEARCH_MS) })

  /** Delivery-status logs of the platform applications that a push may have gone through. */
  function groupsOf({ platform, app }: SentPush): string[] {
    const apps = app === undefined ? Object.values(APPS) : [APPS[app]]
    const arns = new Set(apps.flatMap((app) => (platform === 'ios' ? app?.voip : app?.fcm) ?? []))
    return [...arns].map((arn) => {
      const [, , , region, account, application] = arn.split(':')
      return `sns/${region}/${account}/${application}`
    })
  }

  return {
    wakes(pbx, callId, from, to) {
      const pattern = `{ $.message = "wake" && $.pbx = ${quoted(pbx)} && $.callId = ${quoted(callId)} }`
      return gather<WakeEvent>([
        async (found) => {
          for await (const message of search(HISTORY_LOG_GROUP, pattern, spanOf(from, to))) {
            const wake = JSON.parse(message) as WakeEvent
            // CloudWatch takes a `*` in the pattern for a wildcard, and a callId may hold one.
            if (wake.callId === callId) found.push(wake)
          }
        },
      ])
    },

    deliveries(pushes, from, to) {
      const span = spanOf(from, to)
      const idsOf = Map.groupBy(
        pushes.flatMap((push) => groupsOf(push).map((group) => ({ group, id: push.messageId }))),
        ({ group }) => group,
      )
      return gather<DeliveryStatus>(
        [...idsOf].map(([group, members]) => async (found) => {
          const ids = members.map(({ id }) => id)
          await findDeliveries(group, ids, span, found)
          // Few pushes fail: only what the successes do not have is worth a second request.
          const missing = ids.filter((id) => !found.some(({ messageId }) => messageId === id))
          if (missing.length > 0) await findDeliveries(`${group}/Failure`, missing, span, found)
        }),
      )
    },
  }
}

import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import * as v from 'valibot'
import type { Apps } from '../../core/apps.ts'
import type { DeliveryStatus, Found, HistoryReader, SentPush, Woke } from '../../core/history.ts'
import { DeliveryRecord } from './delivery-record.ts'
import { WakeRecord } from './wake-record.ts'

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

/** Waits for the end of every search, then throws the first error there was. */
async function finish(searches: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(searches)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** Runs searches at once, which put what they find into one list; one that fails leaves what it had found. */
async function gather<T>(searches: ((found: T[]) => Promise<void>)[]): Promise<Found<T>> {
  const records: T[] = []
  try {
    await finish(searches.map((search) => search(records)))
    return { records }
  } catch (error) {
    return { records, error }
  }
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`

/** A filter pattern has at most 1024 characters; a message id with its path takes about 70. */
const IDS_A_PATTERN = 12

/**
 * Finds the records of these pushes. Each has one, in the group or in that of its failures: both are searched at once, as a
 * busy relay's successes are many pages and would keep a failure from being found, and neither beyond the last of the ids.
 */
async function findDeliveries(group: string, messageIds: string[], span: Span, found: DeliveryStatus[]): Promise<void> {
  const wanted = new Set(messageIds)
  const enough = new AbortController()
  const signal = AbortSignal.any([span.signal, enough.signal])
  const pattern = `{ ${messageIds.map((id) => `$.notification.messageId = ${quoted(id)}`).join(' || ')} }`
  const searchIn = async (name: string) => {
    for await (const message of search(name, pattern, { ...span, signal })) {
      const { success, output } = v.safeParse(DeliveryRecord, message)
      if (success && wanted.delete(output.messageId)) found.push(output)
      if (wanted.size === 0) return enough.abort()
    }
  }
  await finish([searchIn(group), searchIn(`${group}/Failure`)]).catch((error) => {
    // What is found needs no other search, whether it was stopped or could not be made.
    if (wanted.size > 0) throw error
  })
}

const chunksOf = (ids: string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / IDS_A_PATTERN) }, (_, i) => ids.slice(i * IDS_A_PATTERN, (i + 1) * IDS_A_PATTERN))

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
      return gather<Woke>([
        async (found) => {
          for await (const message of search(HISTORY_LOG_GROUP, pattern, spanOf(from, to))) {
            const { success, output } = v.safeParse(WakeRecord, message)
            // CloudWatch takes a `*` in the pattern for a wildcard, and a callId may hold one.
            if (success && output.callId === callId) found.push(output)
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
        [...idsOf].flatMap(([group, members]) =>
          chunksOf(members.map(({ id }) => id)).map(
            (ids) => (found: DeliveryStatus[]) => findDeliveries(group, ids, span, found),
          ),
        ),
      )
    },
  }
}

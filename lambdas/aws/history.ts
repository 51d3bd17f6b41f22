import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { Apps } from '../../core/apps.ts'
import type { DeliveryStatus, HistoryEvent, HistoryReader } from '../../core/ports.ts'

const logs = new CloudWatchLogsClient({ maxAttempts: 3 })

type Settings = { APPS: Apps; CALLS_LOG_GROUP: string; HISTORY_LOG_GROUP: string }

/** Log groups of SNS's delivery status (https://docs.aws.amazon.com/sns/latest/dg/topics-attrib.html), successes and failures. */
function deliveryGroups(apps: Apps): string[] {
  const arns = Object.values(apps).flatMap(({ voip, alert, fcm }) => [voip, alert, fcm].filter((arn) => arn !== undefined))
  return [...new Set(arns)].flatMap((arn) => {
    const [, , , region, account, application] = arn.split(':')
    const group = `sns/${region}/${account}/${application}`
    return [group, `${group}/Failure`]
  })
}

/** Reads every JSON record of a group that fits a filter pattern. Times in ms; a group that nothing was written to is empty. */
async function search(logGroupName: string, filterPattern: string, from: number, to: number): Promise<unknown[]> {
  const found: unknown[] = []
  let nextToken: string | undefined
  do {
    // A minute on either side: the log's clock is the writer's, and the PBX's question is older than its answer.
    const command = new FilterLogEventsCommand({
      logGroupName,
      filterPattern,
      startTime: Math.floor(from) - 60_000,
      endTime: Math.ceil(to) + 60_000,
      nextToken,
    })
    try {
      const page = await logs.send(command)
      found.push(...(page.events ?? []).flatMap(({ message }) => (message ? [JSON.parse(message)] : [])))
      nextToken = page.nextToken
    } catch (error) {
      if ((error as Error).name !== 'ResourceNotFoundException') throw error
      return found
    }
  } while (nextToken)
  return found
}

/** A filter pattern has at most 1024 characters; a message id with its path takes about 70. */
const IDS_A_PATTERN = 12

const chunks = <T>(items: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`

/** SNS's delivery-status record, of which the token is left behind. */
type Record = {
  status: 'SUCCESS' | 'FAILURE'
  notification: { messageId: string; timestamp: string }
  delivery: { statusCode?: number; dwellTimeMs?: number; providerResponse?: string }
}

function toStatus({ status, notification, delivery }: Record): DeliveryStatus {
  const delivered = status === 'SUCCESS'
  return {
    messageId: notification.messageId,
    acceptedAt: Date.parse(`${notification.timestamp.replace(' ', 'T')}Z`),
    dwellMs: delivery.dwellTimeMs ?? 0,
    delivered,
    status: delivery.statusCode,
    words: delivered ? undefined : delivery.providerResponse,
  }
}

export function createHistoryReader({ APPS, CALLS_LOG_GROUP, HISTORY_LOG_GROUP }: Settings): HistoryReader {
  const groups = deliveryGroups(APPS)
  return {
    async events(pbx, callId, from, to) {
      const pattern = `{ $.pbx = ${quoted(pbx)} && $.callId = ${quoted(callId)} }`
      const found = await Promise.all([CALLS_LOG_GROUP, HISTORY_LOG_GROUP].map((group) => search(group, pattern, from, to)))
      // CloudWatch takes a `*` in the pattern for a wildcard, and a callId may hold one.
      return (found.flat() as HistoryEvent[]).filter((one) => one.event !== undefined && one.callId === callId)
    },

    async deliveries(messageIds, from, to) {
      const patterns = chunks(messageIds, IDS_A_PATTERN).map((ids) => {
        return `{ ${ids.map((id) => `$.notification.messageId = ${quoted(id)}`).join(' || ')} }`
      })
      const found = await Promise.all(groups.flatMap((group) => patterns.map((pattern) => search(group, pattern, from, to))))
      return (found.flat() as Record[]).map(toStatus)
    },
  }
}

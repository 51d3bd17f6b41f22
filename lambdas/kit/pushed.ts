import type { Delivery } from '../../wire/delivery.ts'
import type { RequestValues } from './metrics.ts'
import type { Answer } from './request.ts'

const METRIC_OF = {
  accepted: 'PushesAccepted',
  gone: 'PushesGone',
  retry: 'PushesNotTaken',
  rejected: 'PushesRejected',
  skipped: 'PushesSkipped',
  expired: 'PushesExpired',
} as const satisfies Record<Delivery['outcome'], keyof RequestValues>

/** Percent of the quota: below it nobody asks. */
const WORTH_TELLING = 20

type Result<A> = { answer: A; headers?: Record<string, string>; quotaUsed?: number | undefined }
type Pushed = { deliveries: Delivery[]; repeated?: true | undefined }

/** Adds what became of a request's pushes to its log line: how many per outcome. A repeat pushed nothing. */
export function pushed<A extends Pushed>({ quotaUsed, ...result }: Result<A>, fields: object): Answer<A> {
  const { deliveries, repeated } = result.answer
  if (repeated) return { ...result, fields, metrics: { Repeats: 1 } }
  const metrics: RequestValues = quotaUsed && quotaUsed >= WORTH_TELLING ? { PushQuotaUsed: quotaUsed } : {}
  for (const { outcome } of deliveries) metrics[METRIC_OF[outcome]] = (metrics[METRIC_OF[outcome]] ?? 0) + 1
  if (metrics.PushesAccepted) metrics.Pushed = 1
  return { ...result, fields, metrics }
}

import type { Delivery } from '../../wire/delivery.ts'
import type { Metric } from './log.ts'
import type { Answer } from './request.ts'

const OUTCOMES = {
  Accepted: 'accepted',
  Gone: 'gone',
  Throttled: 'retry',
  Rejected: 'rejected',
  Skipped: 'skipped',
  Expired: 'expired',
}

type Pushed = { deliveries: Delivery[]; repeated?: true | undefined }

/** Adds what became of a request's pushes to its log line: how many per outcome. A repeat pushed nothing. */
export function pushed<A extends Pushed>(result: { answer: A; headers?: Record<string, string> }, fields: object): Answer<A> {
  const { deliveries, repeated } = result.answer
  const counts = Object.entries(OUTCOMES).map(([metric, kind]): [string, Metric] => {
    return [`Pushes${metric}`, [deliveries.filter(({ outcome }) => outcome === kind).length, 'Count']]
  })
  return {
    ...result,
    fields,
    metrics: repeated ? { Repeats: [1, 'Count'] } : Object.fromEntries(counts.filter(([, [count]]) => count > 0)),
  }
}

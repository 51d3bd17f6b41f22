import type { WakeEvent } from '../../core/history.ts'
import type { Log } from '../kit/log.ts'

/** Writes the line of a wake, which the trace of a call finds again (lambdas/aws/wake-record.ts) and metrics are made of. */
export const recordTo =
  (log: Log) =>
  ({ platform, wakeMs, first, ...wake }: WakeEvent): void =>
    log.measured({ kind: 'wake', dimensions: { platform }, values: { wakeMs, first: first ? 1 : 0 } }, wake)

import type { HistoryEvent } from '../../core/ports.ts'
import { type Log, metrics } from './log.ts'

/** Writes an event where the trace of a call finds it again: one log line, with its metric. */
export const record =
  (log: Log) =>
  (event: HistoryEvent): void => {
    const metric =
      event.event === 'wake'
        ? metrics({ platform: event.platform }, { Wakes: [1, 'Count'], WakeLatency: [event.wakeMs, 'Milliseconds'] })
        : metrics({ reason: event.reason }, { Cancels: [1, 'Count'] })
    log.info(event.event, { ...event, ...metric })
  }

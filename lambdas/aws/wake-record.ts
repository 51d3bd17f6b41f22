import * as v from 'valibot'
import type { Woke } from '../../core/history.ts'

/** The line of a wake, as lambdas/history/record.ts writes it, as JSON text. */
export const WakeRecord = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ callId: v.string(), deviceId: v.string(), wakeMs: v.number(), at: v.number() }) satisfies v.GenericSchema<
    unknown,
    Woke
  >,
)

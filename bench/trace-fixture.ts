import { AFTERMATH_MS } from '../core/trace.ts'

export const TABLE = 'bench'
export const HISTORY_LOG_GROUP = '/wakecall/bench/history'

/** The call that is traced: one push delivered, one refused, one phone awake. */
export const TRACED_CALL = 'traced@bench'
export const PUSHES = { iphone: 'b1946ac9-2491-4d23-8c70-d1d6b8e1a9f1', android: '591785b7-94b1-4d41-ba7f-3e6ff1a8c0d2' }
export const RING_MS = 30_000

/** How long before and after the call its trace searches the logs, with the minute of the reader on either side. */
export const SEARCHED_BEFORE_MS = 60_000
export const SEARCHED_AFTER_MS = RING_MS + AFTERMATH_MS + 60_000

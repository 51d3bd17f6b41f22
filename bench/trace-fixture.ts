export const TABLE = 'bench'
export const HISTORY_LOG_GROUP = '/wakecall/bench/history'

/** The call that is traced: one push delivered, one refused, one phone awake. */
export const TRACED_CALL = 'traced@bench'
export const PUSHES = { iphone: 'b1946ac9-2491-4d23-8c70-d1d6b8e1a9f1', android: '591785b7-94b1-4d41-ba7f-3e6ff1a8c0d2' }

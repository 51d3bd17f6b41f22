import * as v from 'valibot'
import { AppsSetting, TableSetting } from '../kit/env.ts'

/** `HISTORY_LOG_GROUP` is the function's own: the trace of a call finds the wakes there. */
export const HistoryEnv = v.object({
  TABLE_NAME: TableSetting,
  APPS: AppsSetting,
  HISTORY_LOG_GROUP: v.string(),
})

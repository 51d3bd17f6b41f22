import * as v from 'valibot'
import { AppsSetting, TableSetting } from '../kit/env.ts'

/** The log groups of the functions `calls` (cancels) and `history` (wakes), where the trace of a call is read from. */
export const HistoryEnv = v.object({
  TABLE_NAME: TableSetting,
  APPS: AppsSetting,
  CALLS_LOG_GROUP: v.string(),
  HISTORY_LOG_GROUP: v.string(),
})

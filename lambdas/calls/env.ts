import * as v from 'valibot'
import { AppsSetting, TableSetting } from '../kit/env.ts'

/** `CALLER_KEY`: what callers' numbers are hashed with before they are stored; empty to store them as they are. */
export const CallsEnv = v.object({ TABLE_NAME: TableSetting, APPS: AppsSetting, CALLER_KEY: v.string() })

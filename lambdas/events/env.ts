import * as v from 'valibot'
import { AppsSetting, TableSetting } from '../kit/env.ts'

export const EventsEnv = v.object({ TABLE_NAME: TableSetting, APPS: AppsSetting })

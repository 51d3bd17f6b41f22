import * as v from 'valibot'
import { AppsSetting, TableSetting } from '../kit/env.ts'

export const DevicesEnv = v.object({ TABLE_NAME: TableSetting, APPS: AppsSetting })

import * as v from 'valibot'
import { TableSetting } from '../kit/env.ts'

export const KeysEnv = v.object({ TABLE_NAME: TableSetting })

import * as v from 'valibot'
import { AppsSetting } from '../kit/env.ts'

export const CredentialsEnv = v.object({ APPS: AppsSetting })

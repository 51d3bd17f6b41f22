import * as v from 'valibot'
import { Time } from './fields.ts'

export const HealthAnswer = v.object({ status: v.literal('ok'), version: v.string(), time: Time })

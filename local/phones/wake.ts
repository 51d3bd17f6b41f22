import * as v from 'valibot'
import { WakePayload } from '../../wire/wake.ts'
import type { PhonePush } from './push.ts'

const IphonePayload = v.pipe(v.string(), v.parseJson(), v.object({ wakecall: WakePayload }))
const AndroidData = v.object({ wakecall: v.pipe(v.string(), v.parseJson(), WakePayload) })

/** The wake that a push carries; `undefined` if an app could not read it. */
export function readWake(push: PhonePush): WakePayload | undefined {
  const read = push.platform === 'ios' ? v.safeParse(IphonePayload, push.payload) : v.safeParse(AndroidData, push.message.data)
  return read.success ? read.output.wakecall : undefined
}

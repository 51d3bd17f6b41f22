import type * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import type { WokeParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'

/** A device registered by SIP for a call: measured from when this PNS was asked to push it. */
export function woke(context: Context, params: v.InferOutput<typeof WokeParams>): Answer {
  const { callId, extension } = params
  const call = context.recentCalls.find(callId)
  if (!call) throw new PnsProblem('call_not_found', 'This PNS has not pushed such a call lately.')
  const selected = context.store.select('token' in params ? { token: params.token } : params)
  const device = selected.find((candidate) => candidate.extension === extension)
  if (!device) throw new PnsProblem('device_not_found', 'No such device is registered on this extension.')
  const { deviceId, platform } = device
  const wakeMs = context.wakes.add({ callId, extension, deviceId, platform, first: !call.ready }, call.at)
  context.recentCalls.woke(callId, { deviceId, extension, wakeMs })
  context.log.info({ callId, extension, deviceId, platform, wakeMs }, 'woke')
  return { devices: 1, body: { callId, extension, deviceId, wakeMs } }
}

import type * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { PHONE_STEPS } from '../call-record.ts'
import type { Context } from '../context.ts'
import type { WokeParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'
import type { Registration } from '../store/registration.ts'
import { spared } from './deliveries.ts'

type Params = v.InferOutput<typeof WokeParams>

/** The call and the device that a PBX speaks of. Throws `call_not_found` or `device_not_found`. */
function find({ recentCalls, store }: Context, params: Params) {
  const { callId, extension } = params
  const call = recentCalls.find(callId)
  if (!call) throw new PnsProblem('call_not_found', 'This PNS has not pushed such a call lately.')
  const selected = store.select('token' in params ? { token: params.token } : params)
  const device: Registration | undefined = selected.find((candidate) => candidate.extension === extension)
  if (!device) throw new PnsProblem('device_not_found', 'No such device is registered on this extension.')
  return { call, device }
}

/** A device registered by SIP for a call: measured from when this PNS was asked to push it. */
export function woke(context: Context, params: Params): Answer {
  const { callId, extension } = params
  const { call, device } = find(context, params)
  const { deviceId, platform } = device
  const wakeMs = context.wakes.add({ callId, extension, deviceId, platform, first: !call.ready }, call.at)
  const isRepeated = call.record.devices.some((one) => one.deviceId === deviceId && one.steps.woke !== undefined)
  context.recentCalls.woke(callId, { deviceId, extension, wakeMs }, platform)
  if (!isRepeated)
    spared(context, () => context.store.wakeTimes.add({ extension, deviceId, platform, wakeMs, at: context.clock.wall() }))
  context.log.info({ callId, extension, deviceId, platform, wakeMs }, 'woke')
  return { devices: 1, body: { callId, extension, deviceId, wakeMs } }
}

/** What the PBX did with a phone, for whoever looks at the call: nothing depends on it. */
export const stepped =
  (step: (typeof PHONE_STEPS)[number]) =>
  (context: Context, params: Params): Answer => {
    const { callId, extension } = params
    const { deviceId, platform } = find(context, params).device
    context.recentCalls.stepped(callId, { deviceId, platform }, step)
    return { devices: 1, body: { callId, extension, deviceId } }
  }

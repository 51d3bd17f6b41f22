import { randomUUID } from 'node:crypto'
import type * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import type { DeviceParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'
import { pushCall } from './push-call.ts'

const RING_SECONDS = 5

/** Rings one device for a moment, as a call would: the others of its extension count as awake. */
export function testPush(
  context: Context,
  { extension, deviceId }: v.InferOutput<typeof DeviceParams>,
  hungUp: AbortSignal,
): Promise<Answer> {
  const devices = context.store.devices(extension).map((device) => device.deviceId)
  if (!devices.includes(deviceId)) throw new PnsProblem('device_not_found', 'No such device is registered on this extension.')
  const call = {
    to: extension,
    from: 'anonymous',
    name: 'Wakecall test',
    callId: `test-${randomUUID()}`,
    ringSeconds: RING_SECONDS,
  }
  return pushCall(context, { ...call, awake: devices.filter((other) => other !== deviceId) }, hungUp)
}

import type * as v from 'valibot'
import type { Answer } from '../answer.ts'
import type { Context } from '../context.ts'
import type { DeviceParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'

/** The relay is asked again for what it refused. */
export function retryParked({ store, outbox, log }: Context): Answer {
  const retried = store.retryParked()
  outbox.notify()
  log.info({ retried }, 'parked changes tried again')
  return { devices: retried, body: { retried } }
}

/** Forgets a change that the relay refused, and with it the device as this PNS has it: its phone registers again if it is there. */
export function dropParked({ store, log }: Context, { extension, deviceId }: v.InferOutput<typeof DeviceParams>): Answer {
  const parked = store.parked().find((one) => one.extension === extension && one.deviceId === deviceId)
  if (!parked) throw new PnsProblem('device_not_found', 'No change of such a device is parked.')
  store.forget(parked)
  log.info({ extension, deviceId }, 'parked change dropped')
  return { devices: 1, body: { extension, deviceId } }
}

import type * as v from 'valibot'
import { AppleToken } from '../../wire/fields.ts'
import type { Answer } from '../answer.ts'
import { checkParams } from '../check-params.ts'
import type { Context } from '../context.ts'
import type { DeleteParams, DevicesParams, RegisterParams, UpdateParams } from '../params.ts'
import { PnsProblem } from '../problem.ts'
import { redactToken } from '../redact.ts'
import { type Device, deviceIdOf, isConfirmed, type Registration } from '../store/registration.ts'
import { readWakes } from '../store/wake-times.ts'

type Output<S extends v.GenericSchema<unknown, unknown>> = v.InferOutput<S>

/** A phone that registers again without an id keeps the one that its token has already. */
function deviceIdFor({ store }: Context, app: string, { extension, token, deviceId }: Output<typeof RegisterParams>): string {
  if (deviceId !== undefined) return deviceId
  const known = store.select({ token }).find((device) => device.extension === extension && device.app === app)
  return known?.deviceId ?? deviceIdOf(app, token)
}

/** Stores a device; the relay is told in the background. */
export async function register(context: Context, params: Output<typeof RegisterParams>): Promise<Answer> {
  const { store, settings, log } = context
  const app = params.app ?? settings().defaultApp
  if (app === undefined) throw new PnsProblem('missing_parameter', 'app is missing, and the settings have no defaultApp')
  const device: Device = { ...params, app, deviceId: deviceIdFor(context, app, params) }
  store.register(device)
  await store.durable()
  context.outbox.notify()
  const { extension, deviceId, platform } = device
  log.info({ extension, deviceId, platform, app, token: redactToken(device.token) }, 'registered')
  return { devices: store.devices(extension).length, body: { extension, deviceId, platform, app, confirmed: false } }
}

/** Replaces a token wherever it stands. Asked again, it finds the new one there and changes nothing. */
export async function update(context: Context, { oldToken, newToken }: Output<typeof UpdateParams>): Promise<Answer> {
  const { store, log } = context
  const devices = store.select({ token: oldToken })
  const done = devices.length > 0 ? devices : store.select({ token: newToken })
  if (done.length === 0) throw new PnsProblem('device_not_found', 'No device has the old token: it must register.')
  store.register(...devices.map((device) => withToken(device, oldToken, newToken)))
  await store.durable()
  context.outbox.notify()
  log.info({ devices: devices.length, from: redactToken(oldToken), to: redactToken(newToken) }, 'token updated')
  const updated = done.map(({ extension, deviceId }) => ({ extension, deviceId }))
  return { devices: done.length, body: { updated } }
}

function withToken(device: Device, oldToken: string, newToken: string): Device {
  if (device.platform === 'android') return { ...device, token: newToken }
  const apple = checkParams(AppleToken, newToken)
  return device.token === oldToken.toLowerCase() ? { ...device, token: apple } : { ...device, alertToken: apple }
}

/** Removes devices; removing them again answers the same with none. */
export async function remove(context: Context, selection: Output<typeof DeleteParams>): Promise<Answer> {
  const removed = context.store.remove(selection).map(({ extension, deviceId }) => ({ extension, deviceId }))
  await context.store.durable()
  context.outbox.notify()
  context.log.info({ removed }, 'removed')
  return { devices: removed.length, body: { removed } }
}

/** All devices, those of an extension or those that are parked; or the first that fit, and how many do. */
export function list({ store }: Context, params: Output<typeof DevicesParams>): Answer {
  if ('limit' in params) {
    const { found, devices } = store.find(params.search, params.limit)
    return { devices: found, body: { found, devices: devices.map(shown) } }
  }
  const { extension, parked } = params
  const found = parked
    ? store.parked().filter((device) => extension === undefined || device.extension === extension)
    : store.devices(extension)
  const devices = found.map(shown)
  return { devices: devices.length, body: { devices } }
}

export type ListedDevice = ReturnType<typeof shown>

const shown = (registration: Registration) => {
  const { extension, deviceId, platform, app, token, alertToken, version, removed, refusal, wakes } = registration
  return {
    extension,
    deviceId,
    platform,
    app,
    token: redactToken(token),
    ...(alertToken !== undefined && { alertToken: redactToken(alertToken) }),
    // A version is the time of its change, in ms since 1970.
    changedAt: version,
    confirmed: isConfirmed(registration),
    ...(removed && { removed }),
    ...(refusal !== undefined && { refusal }),
    ...(wakes !== undefined && { wakes: readWakes(wakes) }),
  }
}

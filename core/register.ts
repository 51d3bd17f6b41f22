import type { DeviceRequest } from '../wire/devices.ts'
import { Problem } from '../wire/problem.ts'
import type { Apps, Channel } from './apps.ts'
import { type Device, type DeviceKey, isLive, ringChannel, type StoredDevice } from './device.ts'
import { attach, detachUnused, type EndpointPorts } from './endpoint.ts'
import type { Pbx } from './pbx.ts'

export type RegisterPorts = EndpointPorts & { apps: Apps }

/** `quotaUsed` is what is used up of the PBX's devices, in percent. */
export type Registered = { device: Device; quotaUsed: number }

/**
 * Registers a device or updates its tokens. The newest version wins; the same version again is the same change and
 * answers what is stored. Throws `stale_version`, `unknown_app`, `token_refused`, `device_quota_exceeded`.
 */
export async function register(ports: RegisterPorts, pbx: Pbx, key: DeviceKey, request: DeviceRequest): Promise<Registered> {
  const { devices, clock } = ports
  const { version, app, platform } = request
  const tokens: Device['tokens'] = request.tokens
  const applications = applicationsOf(ports.apps, app, tokens, ringChannel(request))
  const [stored, count] = await Promise.all([devices.get(key), devices.countOf(pbx.id)])
  const registered = (device: Device): Registered => ({ device, quotaUsed: Math.round((100 * count) / pbx.quotas.devices) })
  if (isLive(stored) && stored.version === version) return registered(stored)
  if (stored && stored.version >= version) throw staleVersion(stored)
  if (!isLive(stored) && count >= pbx.quotas.devices) throw quotaExceeded(pbx, count)

  const attached = await Promise.all(
    applications.map(async ([channel, arn, token]) => [channel, await attach(ports, key, version, arn, token)] as const),
  )
  const endpoints = Object.fromEntries(attached)
  const device: Device = { ...key, platform, app, tokens, endpoints, version, updatedAt: clock.now() }
  const put = await devices.put(device)
  const live = put.applied ? device : put.stored
  const before = [...Object.values(endpoints), ...(isLive(put.stored) ? Object.values(put.stored.endpoints) : [])]
  await Promise.all([
    put.applied && !isLive(put.stored) && devices.count(pbx.id, 1),
    detachUnused(ports, key, version, before, isLive(live) ? Object.values(live.endpoints) : []),
  ])
  if (put.applied || !put.stored) return registered(device)
  // The same request at the same moment was quicker.
  if (isLive(put.stored) && put.stored.version === version) return registered(put.stored)
  throw staleVersion(put.stored)
}

/** Removes a device. Removing what is not there is no error; the tombstone keeps older registrations out. */
export async function remove(ports: EndpointPorts, key: DeviceKey, version: number): Promise<void> {
  const { applied, stored } = await ports.devices.bury(key, version, 'newer', ports.clock.now())
  if (!applied && stored && (isLive(stored) || stored.version > version)) throw staleVersion(stored)
  if (!applied || !isLive(stored)) return
  await Promise.all([ports.devices.count(key.pbx, -1), detachUnused(ports, key, version, Object.values(stored.endpoints), [])])
}

/** The platform application of every token; an alert token of an app without one waits unused. */
function applicationsOf(apps: Apps, app: string, tokens: Device['tokens'], required: Channel): [Channel, string, string][] {
  if (!apps[app]?.[required]) {
    throw new Problem(
      'unknown_app',
      `The relay has no platform application for calls to the app "${app}"; add it to the relay's apps.`,
    )
  }
  return (Object.entries(tokens) as [Channel, string | undefined][]).flatMap(([channel, token]) => {
    const arn = apps[app]?.[channel]
    return arn && token ? [[channel, arn, token]] : []
  })
}

const staleVersion = (stored: StoredDevice): Problem =>
  new Problem('stale_version', `Version ${stored.version} of this device is stored; send a newer one.`, {
    extras: { storedVersion: stored.version, ...(!isLive(stored) && { removed: true as const }) },
  })

const quotaExceeded = (pbx: Pbx, count: number): Problem =>
  new Problem(
    'device_quota_exceeded',
    `This PBX may register ${pbx.quotas.devices} devices; remove some or have the quota raised.`,
    {
      headers: {
        'ratelimit-policy': `"devices";q=${pbx.quotas.devices}`,
        ratelimit: `"devices";r=${Math.max(0, pbx.quotas.devices - count)}`,
        'retry-after': '3600',
      },
    },
  )

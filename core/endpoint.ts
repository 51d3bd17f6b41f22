import { Problem } from '../wire/problem.ts'
import type { Clock } from './clock.ts'
import { type Device, type DeviceKey, isLive } from './device.ts'
import type { DeviceStore, EndpointLinks, Endpoints } from './ports.ts'

export type EndpointPorts = { devices: DeviceStore; links: EndpointLinks; endpoints: Endpoints; clock: Clock }

const ATTEMPTS = 5
const WAIT_MS = 100

/**
 * Makes sure that a token has an enabled SNS endpoint and that it is known to serve this device. Deleting looks for
 * links after it has set its mark, attaching looks for the mark after it has set its link: one of the two always sees the other.
 */
export async function attach(
  ports: EndpointPorts,
  key: DeviceKey,
  version: number,
  applicationArn: string,
  token: string,
): Promise<string> {
  const { links, endpoints, clock } = ports
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const arn = await endpoints.create(applicationArn, token)
    await links.link(arn, key, version)
    if (!(await links.of(arn, clock.now())).closing) {
      // An endpoint that was deleted between its creation and its link is created anew.
      if (await endpoints.enable(arn)) return arn
    }
    await links.unlink(arn, key, version)
    await clock.sleep(WAIT_MS)
  }
  throw new Problem('unavailable', 'The endpoint of this token is being removed; repeat in a second.', {
    headers: { 'retry-after': '1' },
  })
}

/** Takes a device off an endpoint and deletes the endpoint when no device is left on it. */
export async function detach(
  { links, endpoints, clock }: EndpointPorts,
  key: DeviceKey,
  version: number,
  arn: string,
): Promise<void> {
  await links.unlink(arn, key, version)
  const mark = await links.setClosing(arn, clock.now())
  try {
    if ((await links.of(arn, clock.now())).devices === 0) await endpoints.remove(arn)
  } finally {
    await links.clearClosing(arn, mark)
  }
}

/** The endpoints of `before` that `after` does not use any more are let go. */
export async function detachUnused(
  ports: EndpointPorts,
  key: DeviceKey,
  version: number,
  before: string[],
  after: string[],
): Promise<void> {
  const unused = [...new Set(before)].filter((arn) => !after.includes(arn))
  await Promise.all(unused.map((arn) => detach(ports, key, version, arn)))
}

/** Removes a device whose endpoint is dead, unless it has registered again since it was read. */
export async function pruneDevice(ports: EndpointPorts, device: Device): Promise<boolean> {
  const { devices, clock } = ports
  const { applied, stored } = await devices.bury(device, device.version, 'same', clock.now())
  if (!applied || !isLive(stored)) return false
  await devices.count(device.pbx, -1)
  await detachUnused(ports, device, device.version, Object.values(stored.endpoints), [])
  return true
}

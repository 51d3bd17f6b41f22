import type { Logger } from 'pino'
import { keep } from './keep.ts'
import type { Pns } from './pns.ts'
import type { PushTarget } from './rfc8599.ts'

export type DevicesDeps = {
  pns: Pick<Pns, 'register' | 'remove'>
  /** The relay's names of apps, by what stands in `pn-param`. */
  apps: Readonly<Record<string, string>>
  /** Milliseconds, monotonic. */
  now: () => number
  log: Logger
}

/** `as`: what it was registered as. `at`: when, by `now`. */
type Registered = { extension: string; deviceId: string; as: string; at: number }

/** A device that the relay has lost or given up meanwhile comes back. */
const AGAIN_MS = 24 * 3600 * 1000

/** What the PNS has been told of devices, so that a REGISTER that says nothing new asks it for nothing. `limit`: so many. */
export function createRegisteredDevices({ pns, apps, now }: Omit<DevicesDeps, 'log'>, limit: number) {
  const registered = new Map<string, Registered>()

  const keysOf = (device: Registered): string[] =>
    [...registered].flatMap(([key, { extension, deviceId }]) =>
      extension === device.extension && deviceId === device.deviceId ? [key] : [],
    )

  return {
    idOf: (key: string): string | undefined => registered.get(key)?.deviceId,

    /** Whether another key has its device, too. */
    isShared(key: string): boolean {
      const device = registered.get(key)
      return device !== undefined && keysOf(device).length > 1
    },

    /** Gives its id: `wanted`, or the one that the PNS has for its token. Rejects with `PnsFailed`. */
    async register(key: string, extension: string, target: PushTarget, wanted: string | undefined): Promise<string> {
      const { token, platform, alertToken, app: pushed = '' } = target
      const app = Object.hasOwn(apps, pushed) ? apps[pushed] : undefined
      const as = [token, alertToken, app].join()
      const known = registered.get(key)
      if (known?.as === as && now() - known.at < AGAIN_MS) return known.deviceId
      const deviceId = await pns.register({ extension, platform, token, alertToken, app, deviceId: wanted })
      keep(registered, limit, key, { extension, deviceId, as, at: now() })
      return deviceId
    },

    /** By all its keys. Rejects with `PnsFailed`. */
    async remove(key: string): Promise<void> {
      const device = registered.get(key)
      if (device === undefined) return
      const { extension, deviceId } = device
      await pns.remove({ extension, deviceId })
      for (const known of keysOf(device)) registered.delete(known)
    },

    forget: (key: string): void => void registered.delete(key),
  }
}

import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { createBacklog } from '../backlog.ts'
import type { Pns, PnsFailed } from '../pns.ts'
import { type PushTarget, pushTargetOf } from '../rfc8599.ts'

export type DevicesDeps = {
  pns: Pick<Pns, 'register' | 'remove'>
  /** The relay's names of apps, by what stands in `pn-param`. */
  apps: Readonly<Record<string, string>>
  /** Milliseconds, monotonic. */
  now: () => number
  log: Logger
}

/** `contact`: its URI, with what it says of pushes. `phone`: its +sip.instance, or what stands for it. */
export type RegisteredPhone = { extension: string; contact: string; phone: string }

/** What the PNS has of a phone, and when it was told. */
type Told = { deviceId: string; as: string; at: number }

/** A device that the relay has lost or given up meanwhile comes back. */
const AGAIN_MS = 24 * 3600 * 1000
const KEPT = 50_000

/** An app installation has its instance for good (RFC 5626, 4.1), whatever token it comes with. */
export const deviceIdOf = (phone: string): string | undefined =>
  phone.startsWith('<') ? createHash('sha256').update(phone).digest('hex').slice(0, 32) : undefined

/** Keeps the devices of the PNS in step with the phones that say in their REGISTER what pushes to them (RFC 8599). */
export function createGatewayDevices({ pns, apps, now, log }: DevicesDeps) {
  const phones = new Map<string, Told>()
  const faulty = new Set<string>()
  const backlog = createBacklog()

  const logFailure = (extension: string, what: string) => (error: PnsFailed) =>
    log.warn({ extension, code: error.code, said: error.message }, what)

  async function register(key: string, { extension, phone }: RegisteredPhone, target: PushTarget): Promise<void> {
    const { token, platform, alertToken, app: pushed = '' } = target
    const app = Object.hasOwn(apps, pushed) ? apps[pushed] : undefined
    const as = [token, alertToken, app].join()
    const known = phones.get(key)
    if (known?.as === as && now() - known.at < AGAIN_MS) return
    const wanted = deviceIdOf(phone) ?? known?.deviceId
    const deviceId = await pns.register({ extension, platform, token, alertToken, app, deviceId: wanted })
    phones.delete(key)
    phones.set(key, { deviceId, as, at: now() })
    if (phones.size > KEPT) phones.delete(phones.keys().next().value as string)
  }

  async function remove(key: string, { extension, phone }: RegisteredPhone): Promise<void> {
    const deviceId = phones.get(key)?.deviceId ?? deviceIdOf(phone)
    if (deviceId === undefined) return
    await pns.remove({ extension, deviceId })
    phones.delete(key)
  }

  async function follow(key: string, registered: RegisteredPhone): Promise<void> {
    const { extension } = registered
    const target = pushTargetOf(registered.contact)
    if (target === undefined) {
      // A phone that says nothing of pushes any more wants none (RFC 8599, 4.1.2).
      if (phones.has(key)) await remove(key, registered)
    } else if ('fault' in target) {
      if (!faulty.has(key)) log.warn({ extension, fault: target.fault }, 'push parameters of a contact cannot be used')
      faulty.add(key)
    } else {
      faulty.delete(key)
      await register(key, registered, target)
    }
  }

  const keyOf = ({ extension, phone }: RegisteredPhone) => `${extension} ${phone}`

  return {
    registered(phone: RegisteredPhone): void {
      const key = keyOf(phone)
      const failed = logFailure(phone.extension, 'a device is not registered: the next REGISTER of its phone tries again')
      backlog.put(key, () => follow(key, phone).catch(failed))
    },
    /** A phone that only expires keeps its device: it is asleep. */
    unregistered(phone: RegisteredPhone): void {
      const key = keyOf(phone)
      const failed = logFailure(phone.extension, 'a device is not removed: its phone is pushed to until it unregisters again')
      backlog.put(key, () => remove(key, phone).catch(failed))
    },
    /** When all that was heard of so far has been told. */
    settled: backlog.settled,
  }
}

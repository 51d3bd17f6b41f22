import { createHash } from 'node:crypto'
import { createBacklog } from '../backlog.ts'
import { keep } from '../keep.ts'
import type { PnsFailed } from '../pns.ts'
import { createRegisteredDevices, type DevicesDeps } from '../registered-devices.ts'
import { pushTargetOf } from '../rfc8599.ts'

/**
 * `contact`: its URI, with what it says of pushes. `phone`: its +sip.instance, or the Call-ID of its REGISTERs; '' where a
 * phone without an instance unregisters.
 */
export type RegisteredPhone = { extension: string; contact: string; phone: string }

type Place = { contact: string; before: string | undefined }

/** What is forgotten is registered again. */
const KEPT = 50_000

/** REGISTERs of a whole office come at once; calls need connections to the PNS, too. */
const PARALLEL = 16

/** An app installation has its instance for good (RFC 5626, 4.1), whatever token it comes with. */
export const deviceIdOf = (phone: string): string | undefined =>
  phone.startsWith('<') ? createHash('sha256').update(phone).digest('hex').slice(0, 32) : undefined

const keyOf = ({ extension, contact, phone }: RegisteredPhone): string => `${extension} ${phone || contact}`

/** Keeps the devices of the PNS in step with the phones that say in their REGISTER what pushes to them (RFC 8599). */
export function createGatewayDevices(deps: DevicesDeps) {
  const { log } = deps
  const registered = createRegisteredDevices(deps, KEPT)
  const places = new Map<string, Place>()
  /** Contacts that were complained of. */
  const faulty = new Map<string, string>()
  const backlog = createBacklog(PARALLEL)

  const logFailure = (extension: string, what: string) => (error: PnsFailed) =>
    log.warn({ extension, code: error.code, said: error.message }, what)

  async function register(phone: RegisteredPhone): Promise<void> {
    const [key, target] = [keyOf(phone), pushTargetOf(phone.contact)]
    if (target && 'fault' in target) return
    const wanted = deviceIdOf(phone.phone) ?? registered.idOf(key)
    if (target) await registered.register(key, phone.extension, target, wanted)
    // A phone that says nothing of pushes any more wants none (RFC 8599, 4.1.2).
    else await registered.remove(key)
  }

  async function remove(phone: RegisteredPhone): Promise<void> {
    // Of a device that is not known here, as after a restart, the PNS says the id when it registers.
    await register(phone)
    await registered.remove(keyOf(phone))
  }

  function complain({ extension, contact }: RegisteredPhone, key: string, fault: string): void {
    if (faulty.get(key) !== contact) log.warn({ extension, fault }, 'push parameters of a contact cannot be used')
    keep(faulty, KEPT, key, contact)
  }

  function move({ contact }: RegisteredPhone, key: string): void {
    const known = places.get(key)
    if (known?.contact !== contact) keep(places, KEPT, key, { contact, before: known?.contact })
  }

  return {
    registered(phone: RegisteredPhone): void {
      const [key, target] = [keyOf(phone), pushTargetOf(phone.contact)]
      if (target && 'fault' in target) {
        complain(phone, key, target.fault)
        return
      }
      move(phone, key)
      const failed = logFailure(phone.extension, 'a device is not registered: the next REGISTER of its phone tries again')
      backlog.put(key, () => register(phone).catch(failed), phone.extension)
    },
    /** A phone that only expires keeps its device: it is asleep. One that leaves the place where it was before is elsewhere. */
    unregistered(phone: RegisteredPhone): void {
      const key = keyOf(phone)
      if (places.get(key)?.before === phone.contact) return
      const failed = logFailure(phone.extension, 'a device is not removed: its phone is pushed to until it unregisters again')
      backlog.put(key, () => remove(phone).catch(failed), phone.extension)
    },
    /** When all that was heard so far, or all of an extension, has been told. */
    settled: backlog.settled,
  }
}

import { createBacklog } from '../../backlog.ts'
import { keep } from '../../keep.ts'
import type { PnsFailed } from '../../pns.ts'
import { createRegisteredDevices, type DevicesDeps } from '../../registered-devices.ts'
import { type PushTarget, pushTargetOf } from '../../rfc8599.ts'
import type { StoredContact } from './stored-contact.ts'

export type AsteriskDevicesDeps = DevicesDeps & {
  /** `undefined` if Asterisk has no such contact, or cannot be asked. */
  stored: (aor: string, uri: string) => Promise<StoredContact | undefined>
}

/** `endsAt`: when it expires, if that is known. `callId`: the same for all REGISTERs of a phone (RFC 3261, 10.2). */
type Contact = {
  target: PushTarget | undefined
  endsAt: number | undefined
  fallsWithConnection: boolean
  callId: string | undefined
}

const UNUSABLE: Contact = { target: undefined, endsAt: undefined, fallsWithConnection: false, callId: undefined }

/** Asterisk and HTTP count in seconds. */
const SLACK_MS = 2_000
/** With `remove_existing`, one contact more than `max_contacts` makes another go within milliseconds. */
const DISPLACES_MS = 1_000
/** More than an AOR has. What is forgotten is registered again, and stays when its contact goes. */
const KEPT = 100

export type ExtensionDevices = ReturnType<typeof createExtensionDevices>

/** The devices of one extension, told to the PNS in the order of what happened to its contacts. */
export function createExtensionDevices(extension: string, deps: AsteriskDevicesDeps) {
  const { stored, now, log } = deps
  const contacts = new Map<string, Contact>()
  /** By token. */
  const registered = createRegisteredDevices(deps, KEPT)
  const backlog = createBacklog()
  /** Contacts by when they came. */
  const came = new Map<string, number>()

  const logFailure = (what: string) => (error: PnsFailed) => log.warn({ extension, code: error.code, said: error.message }, what)

  /** `replaced`: the same phone's token until now. */
  async function register(target: PushTarget, replaced = ''): Promise<void> {
    const wanted = registered.idOf(target.token) ?? registered.idOf(replaced)
    await registered.register(target.token, extension, target, wanted)
  }

  async function withdraw(token: string): Promise<void> {
    if ([...contacts.values()].some(({ target }) => target?.token === token)) return
    if (registered.isShared(token)) registered.forget(token)
    else await registered.remove(token)
  }

  /** Contacts of the same phone, from before it said of pushes what it says now, or nothing any more (RFC 8599, 4.1.2). */
  function outdatedBy({ target, callId, endsAt }: Contact): Contact[] {
    if (callId === undefined || endsAt === undefined) return []
    return [...contacts.values()].filter(
      (other) =>
        other.target?.token !== target?.token && other.callId === callId && (other.endsAt ?? Infinity) <= endsAt + SLACK_MS,
    )
  }

  /** What its phone says of pushes it has said elsewhere since, and it has not registered here again. */
  function isOutdated(uri: string, { endsAt = 0 }: Contact): boolean {
    const known = contacts.get(uri)
    return known !== undefined && known.target === undefined && endsAt <= (known.endsAt ?? 0) + SLACK_MS
  }

  async function follow({ target }: Contact, outdated: readonly Contact[]): Promise<void> {
    const tokens = outdated.flatMap((contact) => contact.target?.token ?? [])
    const replaced = tokens.find((token) => registered.idOf(token) !== undefined)
    if (target) await register(target, replaced)
    for (const contact of outdated) contact.target = undefined
    for (const token of tokens) await withdraw(token)
  }

  async function seen(uri: string): Promise<void> {
    const target = pushTargetOf(uri)
    const isNew = !contacts.has(uri)
    if (target && 'fault' in target) {
      if (isNew) log.warn({ extension, fault: target.fault }, 'push parameters of a contact cannot be used')
      keep(contacts, KEPT, uri, UNUSABLE)
      return
    }
    const life = await stored(extension, uri).catch(() => undefined)
    // Something newer of this contact waits, and what was read may be of either moment.
    if (backlog.has(uri)) return
    const { fallsWithConnection = false, callId } = life ?? {}
    const contact: Contact = { target, endsAt: life && now() + life.leftMs, fallsWithConnection, callId }
    // What is known is heard of again when its reachability changes, too, which says nothing new of the phone.
    if (isOutdated(uri, contact)) return
    const outdated = isNew ? outdatedBy(contact) : []
    keep(contacts, KEPT, uri, contact)
    await follow(contact, outdated).catch((error) => {
      contacts.delete(uri)
      logFailure('a device is not registered: the next REGISTER of its phone tries again')(error)
    })
  }

  /** A phone that expired is asleep, and so may be one whose connection closed: they are to be woken yet. */
  async function removed(uri: string, at: number, isDisplaced: boolean): Promise<void> {
    const { target, endsAt = 0, fallsWithConnection } = contacts.get(uri) ?? UNUSABLE
    contacts.delete(uri)
    if (!target || isDisplaced || fallsWithConnection || at >= endsAt - SLACK_MS) return
    await withdraw(target.token).catch(logFailure('a device is not removed: its phone is pushed to until it unregisters again'))
  }

  return {
    onContact(uri: string, status: string): void {
      const at = now()
      if (status !== 'Removed') {
        if (!came.has(uri)) keep(came, KEPT, uri, at)
        backlog.put(uri, () => seen(uri))
        return
      }
      came.delete(uri)
      const isDisplaced = [...came.values()].some((other) => at - other < DISPLACES_MS)
      backlog.put(uri, () => removed(uri, at, isDisplaced))
    },
    settled: backlog.settled,
  }
}

import type { Logger } from 'pino'
import type { Pns } from '../pns.ts'
import { pushTargetOf } from '../rfc8599.ts'
import type { ContactChange } from './application.ts'
import { createExtensionDevices, type ExtensionDevices } from './extension-devices.ts'
import type { StoredContact } from './stored-contact.ts'

export type DevicesDeps = {
  pns: Pick<Pns, 'register' | 'remove'>
  /** `undefined` if Asterisk has no such contact, or cannot be asked. */
  stored: (aor: string, uri: string) => Promise<StoredContact | undefined>
  /** The relay's names of apps, by what stands in `pn-param`. */
  apps: Readonly<Record<string, string>>
  /** Milliseconds, monotonic. */
  now: () => number
  log: Logger
}

/** Keeps the devices of the PNS in step with the contacts that have push parameters (RFC 8599). */
export function createDevices(deps: DevicesDeps) {
  /** Those with a phone that can be pushed to. */
  const extensions = new Map<string, ExtensionDevices>()

  function extensionOf(extension: string, uri: string): ExtensionDevices | undefined {
    const known = extensions.get(extension)
    if (known || pushTargetOf(uri) === undefined) return known
    const fresh = createExtensionDevices(extension, deps)
    extensions.set(extension, fresh)
    return fresh
  }

  return {
    onContact: ({ extension, uri, status }: ContactChange): void => extensionOf(extension, uri)?.onContact(uri, status),
    /** When all that was heard of so far has been told. */
    settled: async (): Promise<void> => void (await Promise.all([...extensions.values()].map((one) => one.settled()))),
  }
}

import { pushTargetOf } from '../../rfc8599.ts'
import type { ContactChange } from '../application.ts'
import { type AsteriskDevicesDeps, createExtensionDevices, type ExtensionDevices } from './extension-devices.ts'

/** Keeps the devices of the PNS in step with the contacts that have push parameters (RFC 8599). */
export function createDevices(deps: AsteriskDevicesDeps) {
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

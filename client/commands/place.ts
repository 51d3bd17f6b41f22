import { addressOf } from '../listen.ts'
import { loadSettingsFile } from '../load-settings.ts'
import { SettingsError } from '../settings.ts'
import { configArgs } from './command.ts'

/** Where a PNS is, and the localToken of its settings if they have one. */
export type Place = { pns: string; token: string | undefined }

/** How a command was told where its PNS is. */
export type Told = { pns?: string | undefined; config?: string | undefined }

/**
 * What was named by --pns; what the settings file of --config says; WAKECALL_PNS; what the settings at their usual place say;
 * or the default. Throws `SettingsError` for a --config that cannot be used.
 */
export function placeOf({ pns: given, config }: Told): Place {
  const { WAKECALL_PNS: named, WAKECALL_LOCAL_TOKEN: token } = process.env
  const pns = given ?? (config === undefined ? named : undefined)
  if (pns !== undefined) return { pns, token }
  const settings = config === undefined ? settingsOf(configArgs.config.default) : loadSettingsFile(config)
  return { pns: addressOf(settings?.listen ?? '127.0.0.1:7460'), token: token ?? settings?.localToken }
}

function settingsOf(config: string) {
  try {
    return loadSettingsFile(config)
  } catch (error) {
    if (error instanceof SettingsError) return undefined
    throw error
  }
}

import { addressOf } from '../listen.ts'
import { loadSettingsFile } from '../load-settings.ts'
import { SettingsError } from '../settings.ts'
import { configArgs } from './command.ts'

/** Where a PNS is, and the localToken of its settings if they have one. */
export type Place = { pns: string; token: string | undefined }

/** What was named by --pns or WAKECALL_PNS; or else what the settings file says at its usual place, or the default. */
export function placeOf(given: string | undefined, config: string = configArgs.config.default): Place {
  const { WAKECALL_PNS: named, WAKECALL_LOCAL_TOKEN: token } = process.env
  const pns = given ?? named
  if (pns !== undefined) return { pns, token }
  const settings = settingsOf(config)
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

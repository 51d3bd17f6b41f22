import { loadSettings, loadSettingsFile } from '../load-settings.ts'
import { SettingsError, type SettingsFile } from '../settings.ts'

/** The set-up that is examined. `settings` are there if the file can be used, whatever is wrong with the files that it names. */
export type Patient = { config: string; errors: readonly string[]; settings?: SettingsFile }

export function readPatient(config: string): Patient {
  try {
    return { config, errors: [], settings: loadSettings(config) }
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const settings = withoutItsFiles(config)
    return settings ? { config, errors: [], settings } : { config, errors: error.errors }
  }
}

function withoutItsFiles(config: string): SettingsFile | undefined {
  try {
    return loadSettingsFile(config)
  } catch {
    return undefined
  }
}

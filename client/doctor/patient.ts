import { readFileSync } from 'node:fs'
import { parse as parseToml } from 'smol-toml'
import * as v from 'valibot'
import { loadSettings } from '../load-settings.ts'
import { SettingsError, SettingsFile, settingsErrors } from '../settings.ts'

/** The set-up that is examined. `settings` are there if the file can be used, whatever is wrong with the key that it names. */
export type Patient = { config: string; errors: string[]; settings?: SettingsFile }

export function readPatient(config: string): Patient {
  try {
    return { config, errors: [], settings: loadSettings(config) }
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const settings = withoutKey(config)
    return settings ? { config, errors: [], settings } : { config, errors: error.message.split('\n') }
  }
}

function withoutKey(config: string): SettingsFile | undefined {
  try {
    const input = parseToml(readFileSync(config, 'utf8'))
    return settingsErrors(input).length === 0 ? v.parse(SettingsFile, input) : undefined
  } catch {
    return undefined
  }
}

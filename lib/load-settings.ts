import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readSettings, type Settings, SettingsError } from './settings.ts'

/** The operator's own, and so no file of the repository: without it everything is as it is by default. */
const STANDARD = resolve(import.meta.dirname, '../wakecall.config.ts')

/**
 * The settings of a file that exports them as `config`; those of `standard`, if it is there, where no file is named. Throws a
 * `SettingsError` that says all that is wrong with them, or why the file cannot be read.
 */
export async function loadSettings(file?: string, standard = STANDARD): Promise<Settings> {
  if (file === undefined && !existsSync(standard)) return readSettings({})
  const named = resolve(file ?? standard)
  const module = await import(pathToFileURL(named).href).catch((cause: Error) => {
    throw new SettingsError([`the file ${named} cannot be read: ${cause.message}`], { cause })
  })
  return readSettings(module.config)
}

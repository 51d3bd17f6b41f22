import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readSettings, type Settings, SettingsError } from './settings.ts'

/**
 * The settings of a file that exports them as `config`. Throws a `SettingsError` that says all that is wrong with them, or
 * why the file cannot be read.
 */
export async function loadSettings(file: string): Promise<Settings> {
  const module = await import(pathToFileURL(resolve(file)).href).catch((cause: Error) => {
    throw new SettingsError([`the file ${file} cannot be read: ${cause.message}`], { cause })
  })
  return readSettings(module.config)
}

import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parse as parseToml, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { readKey } from './keys/key-file.ts'
import { SettingsError, SettingsFile, settingsErrors } from './settings.ts'

/** Settings with the PBX's private key (Ed25519) read from `keyFile`. */
export type Settings = SettingsFile & { key: KeyObject }

/** Reads and checks a settings file. Throws `SettingsError` with every error that it has. */
export function loadSettings(path: string): Settings {
  return settingsFrom(parseFile(path))
}

/** Checks settings that are already an object, for a PNS inside another program. */
export function settingsFrom(input: Record<string, unknown>): Settings {
  const errors = settingsErrors(input)
  const key = typeof input.keyFile === 'string' && input.keyFile ? readKey(input.keyFile) : undefined
  if (typeof key === 'string') errors.push(`keyFile: ${key}`)
  if (errors.length > 0 || key === undefined || typeof key === 'string') throw new SettingsError(errors)
  return { ...v.parse(SettingsFile, input), key }
}

function parseFile(path: string): Record<string, unknown> {
  try {
    return parseToml(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof TomlError) {
      throw new SettingsError([`${path} is not TOML: line ${error.line}: ${error.message.split('\n')[0]}`])
    }
    const { code } = error as NodeJS.ErrnoException
    const next =
      code === 'ENOENT' ? 'write it with `wakecall enrol`, or name another file with --config' : 'let this user read it'
    throw new SettingsError([`${path} cannot be read (${code}): ${next}`])
  }
}

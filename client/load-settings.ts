import type { KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse as parseToml, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { readKey } from './keys/key-file.ts'
import { certificateFault } from './net/ca.ts'
import { type SettingFault, SettingsError, SettingsFile, settingsErrors } from './settings.ts'
import { keyLines, lineOf } from './settings-lines.ts'

/** Settings with the PBX's private key (Ed25519) read from `keyFile`. */
export type Settings = SettingsFile & { key: KeyObject }

/** `folder`: where relative paths start. `text`: of the file, to tell the lines of errors. */
type Source = { input: Record<string, unknown>; folder: string; text: string }

/** Reads and checks a settings file. Throws `SettingsError` with every error that it has, each with its line. */
export const loadSettings = (path: string): Settings => withKey(readSource(path))

/** `loadSettings` for those who may not read what is secret: the files that it names are not looked at. */
export const loadSettingsFile = (path: string): SettingsFile => checked(readSource(path), [])

/** Checks settings that are already an object, for a PNS inside another program. */
export const settingsFrom = (input: Record<string, unknown>): Settings => withKey({ input, folder: '', text: '' })

function withKey(source: Source): Settings {
  const { keyFile, network } = source.input
  const key = inFile(source, keyFile, readKey)
  const caFile = (network as { caFile?: unknown } | undefined)?.caFile
  const ofFiles = [
    { key: 'keyFile', message: key },
    { key: 'network.caFile', message: inFile(source, caFile, certificateFault) },
  ]
  const settings = checked(
    source,
    ofFiles.filter((fault): fault is SettingFault => typeof fault.message === 'string'),
  )
  return { ...settings, key: key as KeyObject }
}

const inFile = <T>({ folder }: Source, path: unknown, read: (path: string) => T): T | undefined =>
  typeof path === 'string' && path ? read(resolve(folder, path)) : undefined

function checked(source: Source, ofFiles: readonly SettingFault[]): SettingsFile {
  const faults = [...settingsErrors(source.input), ...ofFiles]
  if (faults.length > 0) throw refusalOf(source, faults)
  return withPaths(v.parse(SettingsFile, source.input), source.folder)
}

function withPaths(settings: SettingsFile, folder: string): SettingsFile {
  const { keyFile, dataDir, log, network } = settings
  const at = (path: string) => resolve(folder, path)
  return {
    ...settings,
    keyFile: at(keyFile),
    dataDir: at(dataDir),
    log: { ...log, ...(log.file !== undefined && { file: at(log.file) }) },
    network: { ...network, ...(network.caFile !== undefined && { caFile: at(network.caFile) }) },
  }
}

/** In the order of the file; what stands nowhere in it comes first. */
function refusalOf({ text }: Source, faults: readonly SettingFault[]): SettingsError {
  const lines = keyLines(text)
  const placed = faults.map((fault) => ({ ...fault, line: lineOf(lines, fault.key) }))
  const sorted = placed.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  return new SettingsError(sorted.map(({ line, key, message }) => `${line ? `line ${line}: ` : ''}${key}: ${message}`))
}

function readSource(path: string): Source {
  const text = readText(path)
  try {
    return { input: parseToml(text), folder: dirname(resolve(path)), text }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const said = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '')
    throw new SettingsError([`line ${error.line}: is not TOML (${said}): ${nextOf(said)}`])
  }
}

const nextOf = (said: string | undefined): string =>
  said?.startsWith('trying to redefine')
    ? 'the key or its table stands above already: delete one of them'
    : 'a line is key = value, with text in quotes'

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const next =
      code === 'ENOENT' ? 'write it with `wakecall enrol`, or name another file with --config' : 'let this user read it'
    throw new SettingsError([`${path} cannot be read (${code}): ${next}`])
  }
}

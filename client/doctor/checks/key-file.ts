import { statSync } from 'node:fs'
import { idOf, readKey } from '../../keys/key-file.ts'
import type { SettingsFile } from '../../settings.ts'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { notSeen } from '../left-out.ts'

export const KEY_FILE = {
  key_file_private: ok('Whoever can read the key can ring your phones in your name.'),
  key_file_open: broken(
    'Whoever can read the key can ring your phones in your name; so the service refuses to start with it.',
    'chmod 600 the file. If others have users on this machine, `wakecall keys rotate` as well.',
  ),
  key_file_of_another: warning(
    'The service runs as the owner of dataDir: at its next start it cannot read its own key.',
    'chown the key file to the owner of dataDir: chown wakecall /etc/wakecall/key.pem.',
  ),
  key_file_unusable: broken(
    'Without its key this PBX cannot sign a request, and no phone is woken.',
    'Put the key back, or ask the operator of the relay for a code and enrol again with `wakecall enrol`.',
  ),
} satisfies Catalogue

const found = finder(KEY_FILE)

function modeOf(path: string): number | string {
  try {
    return statSync(path).mode & 0o777
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid
  } catch {
    return undefined
  }
}

/** Root reads whatever it wants. */
function isOfAnother(keyFile: string, dataDir: string): boolean {
  const owner = ownerOf(dataDir) ?? 0
  return owner !== 0 && owner !== ownerOf(keyFile)
}

export function checkKeyFile({ keyFile, dataDir }: SettingsFile): Finding[] {
  const mode = modeOf(keyFile)
  if (mode === 'EACCES') return [notSeen(`the key in ${keyFile}`)]
  if (typeof mode === 'number' && mode & 0o077) {
    return [found('key_file_open', `${keyFile} has mode ${mode.toString(8)}: others may use it.`)]
  }
  const key = readKey(keyFile)
  if (typeof key !== 'string') {
    const own = found('key_file_private', `${keyFile} holds the key ${idOf(key)}, for its owner alone.`)
    return isOfAnother(keyFile, dataDir)
      ? [own, found('key_file_of_another', `${keyFile} and ${dataDir} belong to different users.`)]
      : [own]
  }
  return key.includes('may not read') ? [notSeen(`the key in ${keyFile}`)] : [found('key_file_unusable', `${keyFile}: ${key}.`)]
}

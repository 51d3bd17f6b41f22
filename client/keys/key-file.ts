import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { keyIdOf, privateKeyFrom, publicKeyText } from '../../wire/signature.ts'
import { createFile } from '../create-file.ts'

/** What a key is called, here and at the relay. */
export const idOf = (key: KeyObject): string => keyIdOf(publicKeyText(key))

/** The private key (Ed25519, PEM) of a file, or what is wrong with the file and what to do about it. */
export function readKey(path: string): KeyObject | string {
  try {
    const { mode } = statSync(path)
    if (mode & 0o077) return `others may read it: chmod 600 ${path}`
    const key = privateKeyFrom(readFileSync(path, 'utf8'))
    return key.asymmetricKeyType === 'ed25519'
      ? key
      : 'holds a key of another kind: it must be the Ed25519 key that `wakecall enrol` made'
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      return 'there is no such file: put the key back, or have this PBX invited again and enrol it; the relay knows no other key'
    if (code === 'EACCES') return 'this user may not read it: chown it to the user that runs wakecall'
    return 'is not a private key in PEM: put the key back, or have this PBX invited again and enrol it'
  }
}

/** Makes a key if there is none, as PKCS#8 in PEM for its owner alone. Throws what the file system says. */
export function makeKey(path: string): void {
  const { privateKey } = generateKeyPairSync('ed25519')
  try {
    createFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

import type { KeyObject } from 'node:crypto'
import { chownSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { CommandFailed } from '../commands/command.ts'
import { flushFolder } from '../create-file.ts'
import { idOf, makeKey, readKey } from './key-file.ts'

export type RotationFiles = ReturnType<typeof rotationFiles>

/**
 * The files of a rotation, from which a run that was killed is taken up: `.new` beside the key until it takes the key's
 * place; then `.old`, until the relay has forgotten what is in it.
 */
export function rotationFiles(keyFile: string) {
  const [fresh, old] = [`${keyFile}.new`, `${keyFile}.old`]
  return {
    /** The next key: made, or left by a run before. Whoever owns the key file owns it. */
    next(): KeyObject {
      try {
        makeKey(fresh)
        const [owner, own] = [statSync(keyFile), statSync(fresh)]
        if (owner.uid !== own.uid || owner.gid !== own.gid) chownSync(fresh, owner.uid, owner.gid)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        throw new CommandFailed(2, `${fresh} cannot be written (${code}): run this as the owner of ${keyFile}.`)
      }
      return keyIn(fresh)
    },
    /** The next key takes the place of the key. At no moment is there no key, or half a one. */
    swap(): void {
      rmSync(old, { force: true })
      linkSync(keyFile, old)
      renameSync(fresh, keyFile)
      flushFolder(keyFile)
    },
    /** The key before `current`, if a run ended between `swap` and `forget`. */
    previous(current: KeyObject): KeyObject | undefined {
      const key = existsSync(old) ? keyIn(old) : undefined
      return key && idOf(key) !== idOf(current) ? key : undefined
    },
    forget: () => rmSync(old, { force: true }),
  }
}

function keyIn(file: string): KeyObject {
  const key = readKey(file)
  if (typeof key === 'string') throw new CommandFailed(2, `${file}: ${key}.`)
  return key
}

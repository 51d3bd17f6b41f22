import type { KeyObject } from 'node:crypto'
import { publicKeyText } from '../../wire/signature.ts'
import type { Patience } from '../clock.ts'
import { CommandFailed } from '../commands/command.ts'
import type { Settings } from '../load-settings.ts'
import { BACKGROUND_BUDGET_MS } from '../relay/relay.ts'
import { withRelay } from '../relay/with-relay.ts'
import { idOf } from './key-file.ts'
import { reloadPns } from './local-pns.ts'
import { proveKey } from './prove.ts'
import { type RotationFiles, rotationFiles } from './rotation-files.ts'

/** A function of the relay that was just asked for an unknown key does not look for another one sooner. */
const KNOWN_EVERYWHERE_MS = 6_000

export type Rotated = { pbx: string; keyId: string; removedKeyId: string; pns: 'reloaded' | 'not running' }

/**
 * Replaces the PBX's signing key while calls go on: the relay knows both keys until nothing signs with the old one. A run
 * that failed or was killed is taken up where it ended. Throws `CommandFailed`, which says where that is.
 */
export async function rotate(settings: Settings, patience: Patience): Promise<Rotated> {
  const files = rotationFiles(settings.keyFile)
  const interrupted = files.previous(settings.key)
  const old = interrupted ?? settings.key
  const key = interrupted ? settings.key : await introduce(settings, files, patience)
  const pns = await retire({ ...settings, key }, idOf(old), patience)
  files.forget()
  return { pbx: settings.pbx, keyId: idOf(key), removedKeyId: idOf(old), pns }
}

/** Makes the next key known to the relay, sees it accepted, and puts it in the old one's place. */
async function introduce(settings: Settings, files: RotationFiles, patience: Patience): Promise<KeyObject> {
  const next = files.next()
  const standing = `Nothing has changed for calls: the key is ${idOf(settings.key)}. The next one, ${idOf(next)}, is kept in ${settings.keyFile}.new.`
  const request = { body: () => ({ publicKey: publicKeyText(next) }), budgetMs: BACKGROUND_BUDGET_MS }
  await orStandAt(standing, async () => {
    await withRelay(settings, ({ call }) => call('addKey', request))
    await patience.sleep(KNOWN_EVERYWHERE_MS)
    await withRelay({ ...settings, key: next }, (relay) => proveKey(relay, patience))
    files.swap()
  })
  return next
}

/** Sees the old key out of use in the PNS, then has the relay refuse it. */
function retire(settings: Settings, oldId: string, patience: Patience): Promise<Rotated['pns']> {
  const standing = `The new key, ${idOf(settings.key)}, is in ${settings.keyFile}; the relay still accepts the old one, ${oldId}.`
  return orStandAt(standing, async () => {
    const pns = await reloadPns(settings, patience)
    await withRelay(settings, ({ call }) => call('removeKey', { params: { keyId: oldId }, budgetMs: BACKGROUND_BUDGET_MS }))
    return pns
  })
}

async function orStandAt<T>(standing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const next = 'When what failed is mended, run `wakecall keys rotate` again: it goes on from here.'
    throw new CommandFailed(1, `${(error as Error).message}\n${standing} ${next}`)
  }
}

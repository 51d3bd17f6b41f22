import type { KeyAnswer, KeysAnswer } from '../wire/keys.ts'
import { Problem } from '../wire/problem.ts'
import { keyIdOf, SignatureRefused } from '../wire/signature.ts'
import { type Clock, isoTime } from './clock.ts'
import { MOST_KEYS, type Pbx, type PbxStore } from './pbx.ts'

export type KeyPorts = { pbxs: PbxStore; clock: Clock }

/** Who asks: a PBX, by the key that signed. A function may know a key for a while after it was revoked. */
export type Signer = { pbx: string; keyId: string }

const stillHas = (pbx: Pbx | undefined, signer: Signer): pbx is Pbx => pbx !== undefined && Object.hasOwn(pbx.keys, signer.keyId)

/** The keys of the PBX that signs. Throws `SignatureRefused` if it has lost the key that signed. */
export async function listKeys({ pbxs }: KeyPorts, signer: Signer): Promise<KeysAnswer> {
  const pbx = await pbxs.get(signer.pbx)
  if (!stillHas(pbx, signer)) throw new SignatureRefused('unknown_key')
  return { pbx: pbx.id, keys: keysOf(pbx) }
}

/** The oldest first. */
export const keysOf = ({ keys }: Pbx): KeyAnswer[] =>
  Object.entries(keys)
    .sort(([, a], [, b]) => a.addedAt - b.addedAt)
    .map(([keyId, { addedAt }]) => ({ keyId, addedAt: isoTime(addedAt) }))

/** Adds a key; adding it again answers the same. Throws `too_many_keys`, and `SignatureRefused` like `listKeys`. */
export async function addKey({ pbxs, clock }: KeyPorts, signer: Signer, publicKey: string): Promise<KeyAnswer> {
  const keyId = keyIdOf(publicKey)
  const added = await pbxs.addKey(signer.pbx, signer.keyId, keyId, { publicKey, addedAt: clock.now() })
  const key = added?.keys[keyId]
  if (key) return { keyId, addedAt: isoTime(key.addedAt) }
  if (stillHas(await pbxs.get(signer.pbx), signer)) throw tooManyKeys(signer.pbx)
  throw new SignatureRefused('unknown_key')
}

/**
 * Removes a key; removing it again changes nothing. Throws `key_in_use` for the key that signs, so that a PBX cannot lock
 * itself out, and `SignatureRefused` like `listKeys`.
 */
export async function removeKey({ pbxs }: KeyPorts, signer: Signer, keyId: string): Promise<void> {
  if (keyId === signer.keyId) throw new Problem('key_in_use', 'Sign the request with another key of this PBX.')
  if (!(await pbxs.removeKey(signer.pbx, keyId, signer.keyId))) throw new SignatureRefused('unknown_key')
}

export const tooManyKeys = (id: string): Problem =>
  new Problem('too_many_keys', `PBX ${id} has ${MOST_KEYS} keys, as many as it may: remove one that is not used any more first.`)

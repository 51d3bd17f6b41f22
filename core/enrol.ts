import type { EnrolAnswer, EnrolRequest } from '../wire/keys.ts'
import { Problem } from '../wire/problem.ts'
import { keyIdOf } from '../wire/signature.ts'
import type { Clock } from './clock.ts'
import { CODE_LENGTH, codeFrom, hashCode } from './enrol-code.ts'
import { tooManyKeys } from './keys.ts'
import { type Invitation, MOST_KEYS, type Pbx, type PbxChanges, type PbxStore, type Quotas } from './pbx.ts'

const DAY_MS = 24 * 3600 * 1000

export type EnrolPorts = { pbxs: PbxStore; clock: Clock }
export type InvitePorts = EnrolPorts & { randomBytes: (size: number) => Uint8Array }

/** Why a code was refused: for the log. To the outside every refusal looks alike. */
export type EnrolmentRefusal = 'unknown' | 'used' | 'expired' | 'void' | 'too_many_keys'

export class EnrolmentRefused extends Error {
  readonly reason: EnrolmentRefusal

  constructor(reason: EnrolmentRefusal) {
    super(`enrolment refused: ${reason}`)
    this.name = 'EnrolmentRefused'
    this.reason = reason
  }
}

/**
 * Invites a PBX, new or known: gives a code that is valid once, until that time (ms), and instead of any earlier one.
 * Throws `too_many_keys` for a PBX that has no room for the key.
 */
export async function invite(
  { pbxs, clock, randomBytes }: InvitePorts,
  id: string,
  changes: PbxChanges,
  defaults: Quotas,
): Promise<{ code: string; until: number }> {
  const known = await pbxs.get(id)
  if (known && Object.keys(known.keys).length >= MOST_KEYS) throw tooManyKeys(id)
  const code = codeFrom(randomBytes(CODE_LENGTH))
  const invitation: Invitation = { codeHash: hashCode(code), until: clock.now() + DAY_MS }
  await pbxs.noteCode(invitation, id)
  const { name = id, ...quotas } = changes
  const pbx = { id, name, keys: {}, quotas: { ...defaults, ...quotas }, invitation }
  if (known || !(await pbxs.create(pbx))) await pbxs.invite(id, invitation, changes)
  return { code, until: invitation.until }
}

/**
 * Trades a code for an identity: the key becomes one of the PBX's. The same code with the same key again answers the
 * same. Throws `enrolment_refused`.
 */
export async function enrol({ pbxs, clock }: EnrolPorts, { code, publicKey }: EnrolRequest): Promise<EnrolAnswer> {
  const codeHash = hashCode(code)
  const keyId = keyIdOf(publicKey)
  const id = await pbxs.pbxOfCode(codeHash)
  if (id === undefined) throw refused('unknown')
  const now = clock.now()
  if (await pbxs.enrol(id, codeHash, keyId, publicKey, now)) return { pbx: id, keyId }
  const pbx = await pbxs.get(id)
  if (pbx?.keys[keyId]?.codeHash === codeHash) return { pbx: id, keyId }
  throw refused(reasonOf(pbx, codeHash, now))
}

function reasonOf(pbx: Pbx | undefined, codeHash: string, now: number): EnrolmentRefusal {
  if (pbx?.invitation?.codeHash === codeHash) return pbx.invitation.until > now ? 'too_many_keys' : 'expired'
  return Object.values(pbx?.keys ?? {}).some((key) => key.codeHash === codeHash) ? 'used' : 'void'
}

const refused = (reason: EnrolmentRefusal): Problem =>
  new Problem(
    'enrolment_refused',
    'A code is valid once, for 24 hours, and until a newer one is made: ask the operator of the relay for a new code.',
    { cause: new EnrolmentRefused(reason) },
  )

/**
 * A signing key of a PBX: the raw 32 bytes of its Ed25519 public key in base64url; `addedAt` in ms by the relay's clock;
 * `codeHash` of the code that enrolled it, if one did.
 */
export type PbxKey = { publicKey: string; addedAt: number; codeHash?: string }

/** The one code that is valid for a PBX, by its SHA-256 in hexadecimal, `until` this time (ms). */
export type Invitation = { codeHash: string; until: number }

/** A PBX that may use the relay: its keys by key id, and how much it may use. */
export type Pbx = {
  id: string
  name: string
  keys: Record<string, PbxKey>
  quotas: Quotas
  invitation?: Invitation
  /** When it was shut out; an invitation ends that. */
  revokedAt?: number
}
export type Quotas = { devices: number; pushesPerMinute: number }
export type PbxChanges = Partial<Quotas> & { name?: string }

export const MOST_KEYS = 4

/** For so long, in ms, a function may go by what it has read of a PBX: then a revoked key is refused everywhere. */
export const KNOWN_FOR_MS = 60_000

/**
 * PBXs. All reads are strongly consistent. What changes a PBX is one conditional write: it gives the PBX as it is
 * then, or `undefined` if the condition did not hold and nothing was changed.
 */
export type PbxStore = {
  get: (id: string) => Promise<Pbx | undefined>
  /** Every PBX, in the order of their ids. */
  list: () => Promise<Pbx[]>
  /** Writes a new PBX; false if the id is taken. */
  create: (pbx: Pbx) => Promise<boolean>
  /** If there is such a PBX. */
  setQuotas: (id: string, quotas: Partial<Quotas>) => Promise<Pbx | undefined>
  /** If there is such a PBX. Removes its keys and its invitation. */
  revoke: (id: string, now: number) => Promise<Pbx | undefined>

  /** Notes whom a code is for, beyond `until`; it opens nothing before it is the PBX's invitation. */
  noteCode: (invitation: Invitation, id: string) => Promise<void>
  pbxOfCode: (codeHash: string) => Promise<string | undefined>
  /** If there is such a PBX. Replaces its invitation. */
  invite: (id: string, invitation: Invitation, changes: PbxChanges) => Promise<Pbx | undefined>
  /** If `codeHash` is the invitation, now, and the PBX has the key or room for one more. Ends the invitation. */
  enrol: (id: string, codeHash: string, keyId: string, publicKey: string, now: number) => Promise<Pbx | undefined>

  /** If the PBX has the key `signer`, and the new one or room for it. A key that is there stays as it is. */
  addKey: (id: string, signer: string, keyId: string, key: PbxKey) => Promise<Pbx | undefined>
  /** If the PBX has the key `having`. */
  removeKey: (id: string, keyId: string, having: string) => Promise<Pbx | undefined>
}

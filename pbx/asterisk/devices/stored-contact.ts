import { createHash } from 'node:crypto'

/** An object of Asterisk's configuration or storage as ARI gives it. */
export type Attributes = readonly { attribute: string; value: string }[]

/**
 * What Asterisk keeps of a contact. `leftMs`: until it expires. `fallsWithConnection`: it is removed as soon as its TCP or TLS
 * connection closes, as that of a phone does which falls asleep. `callId`: of its REGISTER, the same for all of a phone's.
 */
export type StoredContact = { leftMs: number; fallsWithConnection: boolean; callId: string | undefined }

/** What Asterisk stores it by: `GET /ari/asterisk/config/dynamic/res_pjsip/contact/{id}`. */
export const storedContactId = (aor: string, uri: string): string => `${aor};@${createHash('md5').update(uri).digest('hex')}`

/** `date`: of the answer that it came in. Its clock is the one that the expiry is of, and may not be ours. */
export function readStoredContact(attributes: Attributes, date: string | undefined): StoredContact | undefined {
  const found = new Map(attributes.map(({ attribute, value }) => [attribute, value]))
  const leftMs = Number(found.get('expiration_time') || Number.NaN) * 1000 - Date.parse(date ?? '')
  if (Number.isNaN(leftMs)) return undefined
  return { leftMs, fallsWithConnection: found.get('prune_on_boot') === 'yes', callId: found.get('call_id') || undefined }
}

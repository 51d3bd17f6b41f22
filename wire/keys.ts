import * as v from 'valibot'
import { KeyId, PbxId, Time } from './fields.ts'

/** The raw 32 bytes of an Ed25519 public key (RFC 8032, 5.1.5) in base64url. */
const PublicKey = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be the 32 bytes of an Ed25519 public key in base64url'),
)

/**
 * What an operator hands to whoever sets up a PBX: 100 bits in Crockford's base32, `7K3QM-…`. Read as people type it: in
 * any case, with or without its dashes, O for 0, I and L for 1.
 */
export const EnrolmentCode = v.pipe(
  v.string(),
  v.description(
    "20 letters and digits of Crockford's base32; case, dashes and spaces do not matter, O is read as 0, I and L as 1",
  ),
  v.transform((text) => text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')),
  v.regex(/^[0-9A-HJKMNP-TV-Z]{20}$/, 'must be the 20 letters and digits of an enrolment code'),
)

/** `POST /v1/enrolments`: unsigned, the code is the proof. The same code with the same key again answers the same. */
export const EnrolRequest = v.strictObject({ code: EnrolmentCode, publicKey: PublicKey })
export type EnrolRequest = v.InferOutput<typeof EnrolRequest>

/** `keyId` is made of the key itself (`keyIdOf`), so that a repeat names the same key. */
export const EnrolAnswer = v.object({ pbx: PbxId, keyId: KeyId })
export type EnrolAnswer = v.InferOutput<typeof EnrolAnswer>

/** `POST /v1/keys`: one more key for the PBX that signs, beside those that it has. */
export const KeyRequest = v.strictObject({ publicKey: PublicKey })
export const KeyAnswer = v.object({ keyId: KeyId, addedAt: Time })
export type KeyAnswer = v.InferOutput<typeof KeyAnswer>

/** `GET /v1/keys`. */
export const KeysAnswer = v.object({ pbx: PbxId, keys: v.array(KeyAnswer) })
export type KeysAnswer = v.InferOutput<typeof KeysAnswer>

/**
 * RFC 9421 HTTP Message Signatures, one closed profile: Ed25519 (RFC 8032), label `wakecall`, always the same covered
 * components in the same order, a digest of the body (RFC 9530) among them. What does not have exactly this form is
 * refused: there is no option, no second algorithm and no permissive mode.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, timingSafeEqual, verify } from 'node:crypto'

export const LABEL = 'wakecall'
export const COMPONENTS = ['@method', '@authority', '@path', '@query', 'content-digest'] as const
export const MAX_AGE_SECONDS = 300
export const MAX_AHEAD_SECONDS = 60

/**
 * A request as it is on the wire. `authority` is the Host header, `query` what stands behind `?` without it, `body` the
 * raw bytes (empty where there is no body), `created` seconds since 1970.
 */
export type SignedParts = { method: string; authority: string; path: string; query: string; body: Uint8Array }
export type SignatureHeaders = { 'content-digest': string; 'signature-input': string; signature: string }

/** Why a signature was refused: for the log. To the outside every refusal looks alike. */
export type RefusalReason = 'missing' | 'malformed' | 'stale' | 'future' | 'digest' | 'unknown_key' | 'mismatch'

export class SignatureRefused extends Error {
  readonly reason: RefusalReason

  constructor(reason: RefusalReason) {
    super(`signature refused: ${reason}`)
    this.name = 'SignatureRefused'
    this.reason = reason
  }
}

/** `sha-256=:…:`, the one form that the profile knows (RFC 9530, 2). */
export const contentDigest = (body: Uint8Array): string => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`

/** The signature base (RFC 9421, 2.5): a line a component, the last one the parameters. */
export function signatureBase(components: ReadonlyArray<readonly [name: string, value: string]>, params: string): string {
  return [...components, ['@signature-params', params] as const].map(([name, value]) => `"${name}": ${value}`).join('\n')
}

function baseOf(parts: SignedParts, digest: string, params: string): string {
  const values = [parts.method.toUpperCase(), parts.authority.toLowerCase(), parts.path, `?${parts.query}`, digest]
  return signatureBase(
    COMPONENTS.map((name, i) => [name, values[i] as string]),
    params,
  )
}

const COVERED = `(${COMPONENTS.map((name) => `"${name}"`).join(' ')})`

/** Signs a request for `keyId`, which is `<pbxId>/<keyId>`. */
export function signRequest(parts: SignedParts, key: KeyObject, keyId: string, created: number): SignatureHeaders {
  const params = `${COVERED};created=${created};keyid="${keyId}";alg="ed25519"`
  const digest = contentDigest(parts.body)
  const signature = sign(null, Buffer.from(baseOf(parts, digest, params)), key).toString('base64')
  return { 'content-digest': digest, 'signature-input': `${LABEL}=${params}`, signature: `${LABEL}=:${signature}:` }
}

// 64 bytes have one base64 text: the last digit's lower bits are zero.
const SIGNATURE = new RegExp(`^${LABEL}=:([A-Za-z0-9+/]{85}[AQgw]==):$`)
const PARAMETER = /;(created|keyid|alg)=(?:"([a-z0-9][a-z0-9-]{0,62}\/[A-Za-z0-9_-]{1,64}|ed25519)"|(\d{1,12}))/y

type Claimed = { params: string; created: number; keyId: string }

/** Reads `Signature-Input`: the parameters in any order, each of them exactly once, nothing else. */
function readInput(header: string): Claimed {
  const params = header.slice(LABEL.length + 1)
  if (header !== `${LABEL}=${params}` || !params.startsWith(COVERED)) throw new SignatureRefused('malformed')
  const found = new Map<string, string>()
  PARAMETER.lastIndex = COVERED.length
  while (PARAMETER.lastIndex < params.length) {
    const match = PARAMETER.exec(params)
    const [, name = '', quoted, number] = match ?? []
    if (!match || found.has(name) || (name === 'created') !== (number !== undefined)) throw new SignatureRefused('malformed')
    found.set(name, quoted ?? number ?? '')
  }
  const keyId = found.get('keyid')
  if (found.get('alg') !== 'ed25519' || !keyId?.includes('/') || !found.has('created')) throw new SignatureRefused('malformed')
  return { params, created: Number(found.get('created')), keyId }
}

/** What a verifier must be given: it cannot be left out, and the clock is the caller's. `now` in milliseconds. */
export type VerifyPolicy = { now: number; publicKey: (keyId: string) => Promise<KeyObject | undefined> }

type Headers = Readonly<Record<string, string | undefined>>

/**
 * Verifies a request with header names in lower case and gives the key id that signed it.
 * Throws `SignatureRefused`, and nothing else but what `policy.publicKey` throws.
 */
export async function verifyRequest(parts: SignedParts, headers: Headers, policy: VerifyPolicy): Promise<string> {
  const { 'signature-input': input, signature, 'content-digest': digest } = headers
  if (!input || !signature || !digest) throw new SignatureRefused('missing')
  const { params, created, keyId } = readInput(input)
  const encoded = SIGNATURE.exec(signature)?.[1]
  if (!encoded) throw new SignatureRefused('malformed')
  const age = policy.now / 1000 - created
  if (age > MAX_AGE_SECONDS) throw new SignatureRefused('stale')
  if (age < -MAX_AHEAD_SECONDS) throw new SignatureRefused('future')
  if (!sameText(digest, contentDigest(parts.body))) throw new SignatureRefused('digest')
  const key = await policy.publicKey(keyId)
  if (!key) throw new SignatureRefused('unknown_key')
  if (!verify(null, Buffer.from(baseOf(parts, digest, params)), key, Buffer.from(encoded, 'base64'))) {
    throw new SignatureRefused('mismatch')
  }
  return keyId
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** A public key as it is stored and sent: the 32 raw bytes in base64url (RFC 8037's `x`). Throws on anything else. */
export function publicKeyFrom(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

export function publicKeyText(key: KeyObject): string {
  return createPublicKey(
    key.type === 'private' ? key.export({ type: 'pkcs8', format: 'pem' }) : key.export({ type: 'spki', format: 'pem' }),
  ).export({ format: 'jwk' }).x as string
}

/** What a key is called: the first 8 bytes of the SHA-256 of its raw public key, in hexadecimal. The same key, the same id. */
export const keyIdOf = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16)

export const privateKeyFrom = (pem: string): KeyObject => createPrivateKey(pem)

import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { COMPONENTS, contentDigest, privateKeyFrom, signatureBase, signRequest, verifyRequest } from '../../wire/signature.ts'
import { CREATED, PRIVATE_KEY, PUBLIC_KEY } from './rfc9421.ts'
import { KEY_ID, PARTS, signed, verdictOf } from './signed.ts'

const COVERED = '("@method" "@authority" "@path" "@query" "content-digest")'
const created = `;created=${CREATED}`
const keyid = `;keyid="${KEY_ID}"`
const alg = ';alg="ed25519"'

/** A request whose signature is right over `params`, whatever they say: only the profile can refuse it. */
function signedWith(params: string) {
  const digest = contentDigest(PARTS.body)
  const values = [PARTS.method, PARTS.authority, PARTS.path, `?${PARTS.query}`, digest]
  const base = signatureBase(
    COMPONENTS.map((name, i) => [name, values[i] ?? '']),
    params,
  )
  const signature = sign(null, Buffer.from(base), PRIVATE_KEY).toString('base64')
  return { 'signature-input': `wakecall=${params}`, signature: `wakecall=:${signature}:`, 'content-digest': digest }
}

test('a signed request is accepted, and its key id given', async () => {
  const policy = { now: CREATED * 1000, publicKey: async () => PUBLIC_KEY }
  expect(await verifyRequest(PARTS, signed(), policy)).toBe(KEY_ID)
})

describe('covered components', () => {
  const parts = { ...PARTS, method: 'DELETE', path: '/v1/calls/a84b~40host', query: 'reason=declined' }

  test('as signed: accepted', async () => {
    expect(await verdictOf({ parts, headers: signed(parts) })).toBe('accepted')
  })

  test.each([
    ['method', { method: 'DELETF' }],
    ['authority', { authority: 'relay.example.con' }],
    ['authority, by a port', { authority: 'relay.example.com:443' }],
    ['path', { path: '/v1/calls/a84b~40hosu' }],
    ['path, percent-encoded', { path: '/v1/calls/a84b%7E40host' }],
    ['path, with a slash more', { path: '/v1/calls/a84b~40host/' }],
    ['query', { query: 'reason=decline' }],
    ['query, gone', { query: '' }],
  ])('%s changed: refused', async (_, change) => {
    expect(await verdictOf({ parts: { ...parts, ...change }, headers: signed(parts) })).toBe('mismatch')
  })

  test('Host in upper case: accepted, a host name has no case', async () => {
    expect(await verdictOf({ parts: { ...PARTS, authority: 'RELAY.Example.com' }, headers: signed() })).toBe('accepted')
    expect(await verdictOf({ headers: signed({ ...PARTS, authority: 'RELAY.Example.com' }) })).toBe('accepted')
  })
})

describe('content digest', () => {
  test('no body has a digest too: accepted', async () => {
    const parts = { ...PARTS, method: 'GET', body: Buffer.alloc(0) }
    expect(await verdictOf({ parts, headers: signed(parts) })).toBe('accepted')
  })

  test.each([
    ['a byte changed', Buffer.from(String(PARTS.body).replace('1001', '1003'))],
    ['a byte more', Buffer.from(`${PARTS.body}\n`)],
    ['gone', Buffer.alloc(0)],
  ])('body, %s: refused', async (_, body) => {
    expect(await verdictOf({ parts: { ...PARTS, body } })).toBe('digest')
  })

  const own = contentDigest(PARTS.body)
  test.each([
    ['of another algorithm', `sha-512=:${'A'.repeat(86)}==:`],
    ['of two algorithms', `${own}, sha-512=:${'A'.repeat(86)}==:`],
    ['twice', `${own}, ${own}`],
    ['with a parameter', `${own};q=1`],
    ['with its algorithm in upper case', own.replace('sha', 'SHA')],
    ['without its colons', own.replaceAll(':', '')],
  ])('%s: refused', async (_, digest) => {
    expect(await verdictOf({ headers: { ...signed(), 'content-digest': digest } })).toBe('digest')
  })
})

test.each(['signature', 'signature-input', 'content-digest'])('%s missing or empty: refused', async (name) => {
  expect(await verdictOf({ headers: { ...signed(), [name]: undefined } })).toBe('missing')
  expect(await verdictOf({ headers: { ...signed(), [name]: '' } })).toBe('missing')
})

describe('parameters of Signature-Input', () => {
  test.each([
    `${created}${keyid}${alg}`,
    `${created}${alg}${keyid}`,
    `${keyid}${created}${alg}`,
    `${keyid}${alg}${created}`,
    `${alg}${created}${keyid}`,
    `${alg}${keyid}${created}`,
  ])('in this order: accepted: %s', async (params) => {
    expect(await verdictOf({ headers: signedWith(`${COVERED}${params}`) })).toBe('accepted')
  })

  const refused: [why: string, params: string][] = [
    ['expires', `${created}${keyid}${alg};expires=${CREATED + 60}`],
    ['nonce', `${created}${keyid}${alg};nonce="b3k2pp5k7z"`],
    ['tag', `${created}${keyid}${alg};tag="wakecall"`],
    ['no created', `${keyid}${alg}`],
    ['no keyid', `${created}${alg}`],
    ['no alg', `${created}${keyid}`],
    ['nothing', ''],
    ['created twice', `${created}${created}${keyid}${alg}`],
    ['keyid twice', `${created}${keyid}${keyid}${alg}`],
    ['alg twice', `${created}${keyid}${alg}${alg}`],
    ['another algorithm', `${created}${keyid};alg="rsa-pss-sha512"`],
    ['an algorithm in upper case', `${created}${keyid};alg="ED25519"`],
    ['an algorithm that is a number', `${created}${keyid};alg=25519`],
    ['a key id as algorithm', `${created}${keyid};alg="${KEY_ID}"`],
    ['an algorithm as key id', `${created};keyid="ed25519"${alg}`],
    ['created as a string', `;created="${CREATED}"${keyid}${alg}`],
    ['created as a key id: not a number is not an age', `;created="${KEY_ID}"${keyid}${alg}`],
    ['created as an algorithm', `;created="ed25519"${keyid}${alg}`],
    ['created below 0', `;created=-${CREATED}${keyid}${alg}`],
    ['created with a fraction', `${created}.5${keyid}${alg}`],
    ['created without a value', `;created${keyid}${alg}`],
    ['key id without a slash', `${created};keyid="pbx-1"${alg}`],
    ['key id with two slashes', `${created};keyid="pbx-1/key-1/2"${alg}`],
    ['key id with a quote', `${created};keyid="pbx-1/key\\"1"${alg}`],
    ['key id with an escape', `${created};keyid="pbx-1/key\\\\1"${alg}`],
    ['key id as a token', `${created};keyid=pbx-1/key-1${alg}`],
    ['key id of upper-case PBX', `${created};keyid="PBX-1/key-1"${alg}`],
    ['spaces between', `; created=${CREATED}${keyid}${alg}`],
    ['trailing garbage', `${created}${keyid}${alg}x`],
    ['trailing space', `${created}${keyid}${alg} `],
    ['a second label', `${created}${keyid}${alg}, sig1=${COVERED}${created}`],
    ['its own label again', `${created}${keyid}${alg}, wakecall=${COVERED}${created}${keyid}${alg}`],
  ]
  test.each(refused)('%s: refused', async (_, params) => {
    expect(await verdictOf({ headers: signedWith(`${COVERED}${params}`) })).toBe('malformed')
  })
})

describe('the list of covered components', () => {
  const refused: [why: string, covered: string][] = [
    ['one missing', COVERED.replace(' "@query"', '')],
    ['one more', COVERED.replace(')', ' "date")')],
    ['in another order', '("@authority" "@method" "@path" "@query" "content-digest")'],
    ['one with a parameter', COVERED.replace('"content-digest"', '"content-digest";req')],
    ['two spaces', COVERED.replace(' ', '  ')],
    ['empty', '()'],
  ]
  test.each(refused)('%s: refused', async (_, covered) => {
    expect(await verdictOf({ headers: signedWith(`${covered}${created}${keyid}${alg}`) })).toBe('malformed')
  })
})

describe('Signature', () => {
  const { signature } = signed()
  const bytes = signature.slice('wakecall=:'.length, -1)
  const refused: [why: string, header: string][] = [
    ['of another label', `sig1=:${bytes}:`],
    ['two labels', `${signature}, sig1=:${bytes}:`],
    ['its label twice', `${signature}, ${signature}`],
    ['63 bytes', `wakecall=:${Buffer.from(bytes, 'base64').subarray(1).toString('base64')}:`],
    ['65 bytes', `wakecall=:${Buffer.alloc(65).toString('base64')}:`],
    ['no bytes', 'wakecall=::'],
    ['base64url', `wakecall=:${'-_'.repeat(43)}==:`],
    ['without padding', `wakecall=:${bytes.slice(0, -2)}:`],
    ['a parameter', `${signature};x=1`],
    ['trailing garbage', `${signature}x`],
    ['a leading space', ` ${signature}`],
    ['another text of the same bytes', signature.replace(/.==:$/, (end) => `${nextCharacter(end)}==:`)],
  ]
  test.each(refused)('%s: refused', async (_, header) => {
    expect(await verdictOf({ headers: { ...signed(), signature: header } })).toBe('malformed')
  })

  test('64 bytes of something else: refused', async () => {
    const header = `wakecall=:${Buffer.alloc(64, 7).toString('base64')}:`
    expect(await verdictOf({ headers: { ...signed(), signature: header } })).toBe('mismatch')
  })
})

/** The last base64 digit of 64 bytes carries 2 bits: the next digit decodes to the same bytes. */
function nextCharacter(end: string): string {
  return String.fromCharCode(end.charCodeAt(0) + 1)
}

describe('age', () => {
  test.each([
    ['300 s old', 300, 'accepted'],
    ['301 s old', 301, 'stale'],
    ['60 s ahead', -60, 'accepted'],
    ['61 s ahead', -61, 'future'],
  ])('%s: %s', async (_, seconds, verdict) => {
    expect(await verdictOf({ now: (CREATED + seconds) * 1000 })).toBe(verdict)
  })
})

describe('key', () => {
  const other = generateKeyPairSync('ed25519')

  test('unknown: refused', async () => {
    expect(await verdictOf({ publicKey: async () => undefined })).toBe('unknown_key')
  })

  test('of another PBX: refused', async () => {
    const headers = signRequest(PARTS, PRIVATE_KEY, 'pbx-2/key-1', CREATED)
    const publicKey = async (keyId: string) => (keyId === 'pbx-2/key-1' ? other.publicKey : PUBLIC_KEY)
    expect(await verdictOf({ headers, publicKey })).toBe('mismatch')
    expect(await verdictOf({ headers: signRequest(PARTS, other.privateKey, 'pbx-2/key-1', CREATED), publicKey })).toBe('accepted')
  })

  test('is asked for only after label, age and digest: what is not ours costs no read', async () => {
    const publicKey = () => Promise.reject(new Error('the key was read'))
    expect(await verdictOf({ publicKey, now: (CREATED + 301) * 1000 })).toBe('stale')
    expect(await verdictOf({ publicKey, parts: { ...PARTS, body: Buffer.alloc(1) } })).toBe('digest')
    await expect(verdictOf({ publicKey })).rejects.toThrow('the key was read')
  })

  test('in PKCS #8: reads the same as it was written; a public key is none', () => {
    const pem = String(PRIVATE_KEY.export({ type: 'pkcs8', format: 'pem' }))
    expect(privateKeyFrom(pem).equals(PRIVATE_KEY)).toBe(true)
    expect(() => privateKeyFrom(String(PUBLIC_KEY.export({ type: 'spki', format: 'pem' })))).toThrow()
  })
})

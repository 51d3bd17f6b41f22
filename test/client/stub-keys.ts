import { keyIdOf } from '../../wire/signature.ts'
import { type Fate, problem, type Received } from './stub-relay.ts'

/** The code that the stub takes, for any key and as often as it is asked. */
export const CODE = '7K3QM-9X2PD-4HVTA-B8ZRN'

const at = '2026-01-01T00:00:00.000Z'

/** What a relay does with the keys of its one PBX. */
export function keysFate({ method, path, signedBy, body }: Received, keys: Map<string, string>): Fate | undefined {
  const publicKey = String(body.publicKey)
  const keyId = keyIdOf(publicKey)
  if (path === '/v1/enrolments') {
    if (body.code !== CODE.replaceAll('-', '')) return problem('enrolment_refused')
    keys.set(keyId, publicKey)
    return { status: 200, body: { pbx: 'hq', keyId } }
  }
  if (path === '/v1/keys' && method === 'POST') {
    keys.set(keyId, publicKey)
    return { status: 200, body: { keyId, addedAt: at } }
  }
  if (path === '/v1/keys') {
    return { status: 200, body: { pbx: 'hq', keys: [...keys.keys()].map((keyId) => ({ keyId, addedAt: at })) } }
  }
  if (!path.startsWith('/v1/keys/')) return undefined
  const removed = path.split('/').at(-1) ?? ''
  if (removed === signedBy) return problem('key_in_use')
  keys.delete(removed)
  return { status: 204 }
}

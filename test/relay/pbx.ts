import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Pbx, Quotas } from '../../core/pbx.ts'
import type { CancelReason, RingRequest } from '../../wire/calls.ts'
import type { DeviceRequest } from '../../wire/devices.ts'
import type { MessageRequest } from '../../wire/messages.ts'
import { pathOf } from '../../wire/routes.ts'
import { publicKeyText, type SignedParts, signRequest } from '../../wire/signature.ts'
import { type Answer, type Outgoing, send } from './http.ts'
import { secret, secretKey } from './secrets.ts'

export type Signer = { keyId: string; key: KeyObject }

export function newPbx(id: string, quotas: Partial<Quotas> = {}): { pbx: Pbx; signer: Signer } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pbx = {
    id,
    name: id,
    keys: { k1: { publicKey: publicKeyText(publicKey), addedAt: 0 } },
    quotas: { devices: 1000, pushesPerMinute: 60_000, ...quotas },
  }
  return { pbx, signer: { keyId: `${id}/k1`, key: secretKey(privateKey) } }
}

/** How a request differs from a good one. `signed` is what the signature is made over, `headers` what replaces or removes. */
export type Overrides = {
  signer?: Signer
  created?: number
  signed?: Partial<SignedParts>
  headers?: Outgoing['headers']
}

/** A body that is text or bytes goes out as it is, any other as JSON. */
function bytesOf(body: unknown): Uint8Array {
  if (body === undefined) return new Uint8Array()
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** A PBX of this relay: signs what it sends. `ring` and its kind fill in what a test does not care about. */
export function pbxClient(url: string, own: Signer) {
  const { host } = new URL(url)

  async function call(method: string, target: string, body?: unknown, overrides: Overrides = {}): Promise<Answer> {
    const bytes = bytesOf(body)
    const [path = '', query = ''] = target.split('?')
    const { signer = own, created = Math.floor(Date.now() / 1000) } = overrides
    const parts = { method, authority: host, path, query, body: bytes, ...overrides.signed }
    const signature = signRequest(parts, signer.key, signer.keyId, created)
    secret(/=:(.+):$/.exec(signature.signature)?.[1] ?? '')
    const type = bytes.length > 0 ? { 'content-type': 'application/json' } : {}
    return send({ url, method, path: target, headers: { host, ...type, ...signature, ...overrides.headers }, body: bytes })
  }

  return {
    id: own.keyId.split('/')[0] ?? '',
    signer: own,
    url,
    call,
    ring: (request: Partial<RingRequest> & { callId: string; to: string }) =>
      call('POST', pathOf('ring'), { from: CALLER, ...request }),
    cancel: (callId: string, reason: CancelReason = 'caller_hung_up') =>
      call('DELETE', `${pathOf('cancel', { callId })}?reason=${reason}`),
    trace: (callId: string) => call('GET', pathOf('trace', { callId })),
    message: (request: Partial<MessageRequest> & { messageId: string; to: string }) =>
      call('POST', pathOf('message'), { from: CALLER, text: 'Call me back', ...request }),
    register: (extension: string, deviceId: string, device: DeviceRequest) =>
      call('PUT', pathOf('register', { extension, deviceId }), device),
    remove: (extension: string, deviceId: string, version: number) =>
      call('DELETE', `${pathOf('remove', { extension, deviceId })}?version=${version}`),
    list: (extension: string) => call('GET', pathOf('list', { extension })),
  }
}

export const CALLER = { number: secret('+442079460123'), name: secret('Ada Lovelace') }

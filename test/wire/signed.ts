import type { KeyObject } from 'node:crypto'
import {
  type RefusalReason,
  type SignatureHeaders,
  SignatureRefused,
  type SignedParts,
  signRequest,
  verifyRequest,
} from '../../wire/signature.ts'
import { CREATED, PRIVATE_KEY, PUBLIC_KEY } from './rfc9421.ts'

export const KEY_ID = 'pbx-1/key-1'

/** A request to the relay as a PBX sends it. */
export const PARTS: SignedParts = {
  method: 'POST',
  authority: 'relay.example.com',
  path: '/v1/calls',
  query: '',
  body: Buffer.from('{"callId":"a84b@host","to":"1001","from":{"number":"1002"}}'),
}

export const signed = (parts: SignedParts = PARTS): SignatureHeaders => signRequest(parts, PRIVATE_KEY, KEY_ID, CREATED)

const KEYS = new Map([[KEY_ID, PUBLIC_KEY]])

type Given = {
  parts?: SignedParts
  headers?: Record<string, string | undefined>
  now?: number
  publicKey?: (keyId: string) => Promise<KeyObject | undefined>
}

/** `accepted`, or why it was refused; any other error escapes. `now` in milliseconds. */
export async function verdictOf({ parts = PARTS, headers = signed(), now = CREATED * 1000, publicKey }: Given) {
  try {
    await verifyRequest(parts, headers, { now, publicKey: publicKey ?? (async (keyId) => KEYS.get(keyId)) })
    return 'accepted' as const
  } catch (error) {
    if (error instanceof SignatureRefused) return error.reason satisfies RefusalReason
    throw error
  }
}

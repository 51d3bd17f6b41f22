import { type Clock, isoTime } from '../../core/clock.ts'
import { Problem } from '../../wire/problem.ts'
import { SignatureRefused, verifyRequest } from '../../wire/signature.ts'
import type { KnownPbx, PbxCache } from './pbx-cache.ts'
import { type Middleware, rawBody } from './request.ts'

const MOST_BYTES = 16 * 1024

/**
 * Lets a signed route's request through only with the signature of a known PBX's key. Every refusal looks alike and tells
 * the relay's time, so that the client can tell a wrong clock from a wrong key; the reason is in the log.
 */
export const verifySignature = (pbxs: PbxCache, clock: Clock): Middleware => ({
  async before({ event, context: { wakecall } }) {
    const body = rawBody(event)
    if (body.length > MOST_BYTES)
      throw new Problem('payload_too_large', `The body has ${body.length} bytes; at most ${MOST_BYTES} are read.`)
    if (!wakecall.route?.signed) return
    const { method } = event.requestContext.http
    const parts = { method, authority: event.headers.host ?? '', path: event.rawPath, query: event.rawQueryString, body }
    let claimed: { pbx: KnownPbx; keyId: string } | undefined
    const publicKey = async (signer: string) => {
      const [pbxId = '', keyId = ''] = signer.split('/')
      const pbx = await pbxs(pbxId, keyId)
      claimed = pbx && { pbx, keyId }
      return pbx?.publicKey(keyId)
    }
    await verifyRequest(parts, event.headers, { now: clock.now(), publicKey })
    // Not before: a forged request must not pass for the PBX that it names, not even in the log.
    if (claimed) Object.assign(wakecall, { pbx: claimed.pbx.pbx, keyId: claimed.keyId })
  },

  // Of a route's function too: it may find that the key which signed has been revoked since it was read.
  onError(request) {
    const cause = request.error
    if (!(cause instanceof SignatureRefused)) return
    const detail = 'Sign the request as docs/protocol.md says, with an enrolled key and a clock that agrees with `time`.'
    request.error = new Problem('signature_refused', detail, { cause, extras: { time: isoTime(clock.now()) } })
  },
})

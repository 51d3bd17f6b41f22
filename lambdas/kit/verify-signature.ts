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
    const now = clock.now()
    let claimed: KnownPbx | undefined
    try {
      const publicKey = async (keyId: string) => {
        const [pbxId = '', id = ''] = keyId.split('/')
        claimed = await pbxs(pbxId)
        return claimed?.publicKey(id)
      }
      await verifyRequest(parts, event.headers, { now, publicKey })
      // Not before: a forged request must not pass for the PBX that it names, not even in the log.
      if (claimed) wakecall.pbx = claimed.pbx
    } catch (cause) {
      if (!(cause instanceof SignatureRefused)) throw cause
      const detail = 'Sign the request as docs/protocol.md says, with an enrolled key and a clock that agrees with `time`.'
      throw new Problem('signature_refused', detail, { cause, extras: { time: isoTime(now) } })
    }
  },
})

import type { PeerCertificate } from 'node:tls'
import type { Clock } from '../clock.ts'
import type { PnsProblemCode } from '../problem.ts'
import type { RelayResponse } from './transport.ts'

/** Who signed it, and until when it is valid (ISO 8601). */
type Certificate = { issuer: string; validTo: string }

type Met = { at?: string; problem?: PnsProblemCode; clockOffsetMs?: number }

/** `at`: of the last good answer (ISO 8601), `problem`: what went wrong since. `clockOffsetMs`: the relay's clock minus ours. */
export type Seen = Met & { certificate?: Certificate }

export type Contact = ReturnType<typeof createContact>

/** How the relay was met, at whichever address. */
export function createContact(clock: Clock) {
  let met: Met = {}
  let shown: PeerCertificate | undefined
  return {
    answered({ headers, certificate }: RelayResponse, tookMs: number): void {
      const now = clock.wall()
      // HTTP's Date is cut to the second: the middle of it, seen from the middle of the exchange.
      const offset = Date.parse(String(headers.date)) + 500 - (now - tookMs / 2)
      met = { at: new Date(now).toISOString(), ...(Number.isFinite(offset) && { clockOffsetMs: Math.round(offset) }) }
      shown = certificate ?? shown
    },
    failed(problem: PnsProblemCode): void {
      met = { ...met, problem }
    },
    seen: (): Seen => ({ ...met, ...(shown && { certificate: certificateOf(shown) }) }),
  }
}

const certificateOf = ({ issuer, valid_to: validTo }: PeerCertificate): Certificate => ({
  issuer: [issuer.O ?? issuer.CN].flat().join(', '),
  validTo: new Date(validTo).toISOString(),
})

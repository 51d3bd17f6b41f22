import type { PeerCertificate } from 'node:tls'
import { NameUnknown } from './ask-in-turn.ts'
import { ProxyFailed } from './tunnel.ts'

/** What was seen, and the next step. */
type Said = [seen: string, next: string]

const DOCTOR = 'If this goes on, run `wakecall doctor`, which follows the way leg by leg.'
const BLOCKED = 'Have the firewall let its TCP port out; `wakecall doctor` tells whether DNS or TLS is in the way instead.'

const CONNECTION: Record<string, Said> = {
  ECONNREFUSED: ['nothing takes connections there', 'Compare it with your settings; a firewall may refuse it, too.'],
  EHOSTUNREACH: ['there is no way to it', 'Look at the routes of this machine (ip route).'],
  ENETUNREACH: ['there is no way to it', 'Look at the routes of this machine (ip route).'],
  ETIMEDOUT: ['no connection came about in time', BLOCKED],
  ABORT_ERR: ['no connection came about in time', BLOCKED],
  ECONNRESET: ['the connection was closed', DOCTOR],
}

const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

function ofCertificate(code: string, certificate: PeerCertificate): Said | undefined {
  const { O, CN } = certificate.issuer
  const signed = `its certificate is signed by ${JSON.stringify(O ?? CN ?? 'nobody')}`
  const clock = 'Set the clock of this machine; if it is right, the certificate must be renewed.'
  if (code === 'CERT_HAS_EXPIRED') return [`${signed} and was valid until ${certificate.valid_to}`, clock]
  if (code === 'CERT_NOT_YET_VALID') return [`${signed} and is valid from ${certificate.valid_from}`, clock]
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [
      `${signed}, for another name`,
      'Something answers in its place: compare the address, and what DNS says of it, with an honest resolver.',
    ]
  if (UNTRUSTED.includes(code))
    return [
      `${signed}, whom this machine does not trust`,
      'Have the firewall leave TLS to this name alone, or, if you trust who does it, put its certificate into network.caFile.',
    ]
  return undefined
}

function ofProxy({ status, cause }: ProxyFailed): Said {
  if (status === 407)
    return [
      'the proxy wants other credentials (407)',
      'Write them as network.proxy = "http://user:password@host:port", percent-encoded.',
    ]
  if (status !== undefined)
    return [`the proxy answered CONNECT with ${status}`, 'Have the proxy allow CONNECT to this name and port.']
  const [seen, next] = saidOf(cause, undefined)
  return [`by network.proxy, ${seen}`, next]
}

function saidOf(error: unknown, certificate: PeerCertificate | undefined): Said {
  if (error instanceof ProxyFailed) return ofProxy(error)
  if (error instanceof NameUnknown)
    return [error.message, 'Mend the resolvers in /etc/resolv.conf, or name others as network.resolvers.']
  const { code = '', message } = error as NodeJS.ErrnoException
  const known = (certificate && ofCertificate(code, certificate)) ?? CONNECTION[code]
  return known ? [`${known[0]} (${code})`, known[1]] : [code || message, DOCTOR]
}

/** Why `place` cannot be reached, and what to do. */
export function failureText(place: string, error: unknown, certificate: PeerCertificate | undefined): string {
  const [seen, next] = saidOf(error, certificate)
  return `The relay at ${place} cannot be reached: ${seen}. ${next}`
}

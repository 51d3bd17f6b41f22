import { createHash } from 'node:crypto'
import { headerOf, type SipResponse } from '../../../pbx/kamailio/sip/message.ts'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

export const REALM = 'pbx.example.com'

/** What a registrar has of a password (RFC 2617, 3.2.2.2). */
export const ha1Of = (user: string, password: string): string => md5(`${user}:${REALM}:${password}`)

type Asked = { method: string; uri: string; user: string; password: string; count?: number }

/** The header that answers a 401 or 407 (RFC 3261, 22.4), with qop=auth; `count`: how often its nonce was answered. */
export function credentialsFor(challenge: SipResponse, { method, uri, user, password, count = 1 }: Asked): [string, string] {
  const [asks, answers] =
    challenge.status === 401 ? ['WWW-Authenticate', 'Authorization'] : ['Proxy-Authenticate', 'Proxy-Authorization']
  const [, nonce = ''] = /nonce="([^"]*)"/.exec(headerOf(challenge, asks) ?? '') ?? []
  const [nc, cnonce] = [String(count).padStart(8, '0'), 'c0ffee']
  const response = md5(`${ha1Of(user, password)}:${nonce}:${nc}:${cnonce}:auth:${md5(`${method}:${uri}`)}`)
  const quoted = { username: user, realm: REALM, nonce, uri, response, cnonce }
  const pairs = Object.entries(quoted).map(([name, value]) => `${name}="${value}"`)
  return [answers, `Digest ${pairs.join(', ')}, nc=${nc}, qop=auth, algorithm=MD5`]
}

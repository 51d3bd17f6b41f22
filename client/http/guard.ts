import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { parseListen, socketPathOf } from '../listen.ts'
import type { Settings } from '../load-settings.ts'
import { PnsProblem } from '../problem.ts'

type Guarded = Pick<Settings, 'listen' | 'localToken'>

/** Refuses web pages, and everybody without the local token if there is one. */
export function guard(headers: IncomingHttpHeaders, settings: Guarded): void {
  if (!isOwn(headers, settings)) throw new PnsProblem('browser_refused', 'Only programs may ask this service, no web page.')
  const { localToken } = settings
  if (localToken !== undefined && !sameText(headers.authorization ?? '', `Bearer ${localToken}`)) {
    throw new PnsProblem('token_required', 'Send the localToken of the settings as Authorization: Bearer.')
  }
}

/**
 * An `<img>` sends no Origin but Sec-Fetch-Site; a name that was rebound to this address sends itself as Host. No browser
 * reaches a socket, so that its callers may name it as they like.
 */
function isOwn({ origin, host = '', 'sec-fetch-site': site = 'none' }: IncomingHttpHeaders, settings: Guarded): boolean {
  const { listen } = settings
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  const ours = isIP(name) !== 0 || ['', 'localhost', parseListen(listen)?.host].includes(name)
  const known = ours || socketPathOf(listen) !== undefined
  const ownOrigin = origin === undefined || origin === `http://${host}`
  const ownSite = site === 'none' || site === 'same-origin'
  return (known || settings.localToken !== undefined) && ownOrigin && ownSite
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

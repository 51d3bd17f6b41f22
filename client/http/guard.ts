import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { parseListen, socketPathOf } from '../listen.ts'
import type { Settings } from '../load-settings.ts'
import { PnsProblem } from '../problem.ts'

type Guarded = Pick<Settings, 'listen' | 'localToken' | 'console' | 'pbx'>

/** What a route is for: everybody who may see the page, who wants to know something, or who changes something. */
export type Access = 'page' | 'read' | 'change'

const COOKIE_SECONDS = 12 * 3600

/** Cookies know no ports (RFC 6265, 8.5), and a machine may have a PNS for each of two PBXs. */
const cookieName = ({ pbx }: Guarded): string => `wakecall-${pbx}`

/** Refuses strange web pages, and everybody without the local token if there is one; the console does what the settings let it do. */
export function guard(headers: IncomingHttpHeaders, settings: Guarded, access: Access): void {
  if (!isOwn(headers, settings)) throw new PnsProblem('browser_refused', 'Only programs may ask this service, and its own page.')
  const { localToken, console } = settings
  const signedIn = localToken !== undefined && isSession(cookieOf(headers, cookieName(settings)), localToken)
  const isPage = access === 'page' || signedIn || headers['sec-fetch-site'] === 'same-origin' || headers.origin !== undefined
  if (isPage && console === 'off') {
    throw new PnsProblem('console_refused', 'The page is switched off: set console = "read" or "full".')
  }
  if (access === 'page') return
  if (localToken !== undefined && !signedIn && !sameText(headers.authorization ?? '', `Bearer ${localToken}`)) {
    throw new PnsProblem('token_required', 'Send the localToken of the settings as Authorization: Bearer.')
  }
  if (!isPage || access !== 'change') return
  // Another port of this host is the same site, and an image of it has the cookie, but no Origin.
  if (headers.origin === undefined)
    throw new PnsProblem('browser_refused', 'The page changes nothing by a link: it sends its Origin.')
  if (console !== 'full') {
    throw new PnsProblem('console_refused', 'The page may only look: set console = "full" in the settings, and reload them.')
  }
}

/**
 * The cookie of a page that has shown the token: as long as the token is the same, for twelve hours. Without a token there is
 * nothing to sign in to. Throws `token_required`.
 */
export function signIn(given: string, settings: Guarded): string {
  const { localToken } = settings
  if (localToken === undefined || !sameText(given, localToken)) {
    throw new PnsProblem('token_required', 'That is not the localToken of the settings.')
  }
  const until = String(Math.floor(Date.now() / 1000) + COOKIE_SECONDS)
  return `${cookieName(settings)}=${until}.${signatureOf(until, localToken)}; Path=/; Max-Age=${COOKIE_SECONDS}; ${STRICT}`
}

export const signOut = (settings: Guarded): string => `${cookieName(settings)}=; Path=/; Max-Age=0; ${STRICT}`

const STRICT = 'HttpOnly; SameSite=Strict'

/** `until`: seconds since 1970. */
const signatureOf = (until: string, localToken: string): string =>
  createHmac('sha256', localToken).update(`console ${until}`).digest('base64url')

function isSession(cookie: string, localToken: string): boolean {
  const [until = '', signature = ''] = cookie.split('.')
  return sameText(signature, signatureOf(until, localToken)) && Number(until) > Date.now() / 1000
}

const cookieOf = ({ cookie = '' }: IncomingHttpHeaders, name: string): string =>
  cookie
    .split(/;\s*/)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? ''

/**
 * An `<img>` sends no Origin but Sec-Fetch-Site; a name that was rebound to this address sends itself as Host. No browser
 * reaches a socket, so that its callers may name it as they like.
 */
function isOwn({ origin, host = '', 'sec-fetch-site': site = 'none' }: IncomingHttpHeaders, settings: Guarded): boolean {
  const { listen } = settings
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  const ours = isIP(name) !== 0 || ['', 'localhost', parseListen(listen)?.host].includes(name)
  const known = ours || socketPathOf(listen) !== undefined
  const ownOrigin = [undefined, `http://${host}`, `https://${host}`].includes(origin)
  const ownSite = site === 'none' || site === 'same-origin'
  return (known || settings.localToken !== undefined) && ownOrigin && ownSite
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

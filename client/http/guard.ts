import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { parseListen, socketPathOf } from '../listen.ts'
import type { Settings } from '../load-settings.ts'
import { PnsProblem } from '../problem.ts'

type Guarded = Pick<Settings, 'listen' | 'localToken' | 'console'>

/** What a route is for: everybody who may see the page, who wants to know something, or who changes something. */
export type Access = 'page' | 'read' | 'change'

const COOKIE = 'wakecall'
const COOKIE_SECONDS = 12 * 3600

/** Refuses strange web pages, and everybody without the local token if there is one; the console does what the settings let it do. */
export function guard(headers: IncomingHttpHeaders, settings: Guarded, access: Access): void {
  if (!isOwn(headers, settings)) throw new PnsProblem('browser_refused', 'Only programs may ask this service, and its own page.')
  const { localToken, console } = settings
  const signedIn = localToken !== undefined && sameText(cookieOf(headers), sessionOf(localToken))
  const isPage = access === 'page' || signedIn || headers['sec-fetch-site'] === 'same-origin' || headers.origin !== undefined
  if (isPage && console === 'off') {
    throw new PnsProblem('console_refused', 'The page is switched off: set console = "read" or "full".')
  }
  if (access === 'page') return
  if (localToken !== undefined && !signedIn && !sameText(headers.authorization ?? '', `Bearer ${localToken}`)) {
    throw new PnsProblem('token_required', 'Send the localToken of the settings as Authorization: Bearer.')
  }
  if (isPage && access === 'change' && console !== 'full') {
    throw new PnsProblem('console_refused', 'The page may only look: set console = "full" in the settings, and reload them.')
  }
}

/**
 * The cookie of a page that has shown the token: as long as the token is the same, for twelve hours. Without a token there is
 * nothing to sign in to. Throws `token_required`.
 */
export function signIn(given: string, { localToken }: Guarded): string {
  if (localToken === undefined || !sameText(given, localToken)) {
    throw new PnsProblem('token_required', 'That is not the localToken of the settings.')
  }
  return `${COOKIE}=${sessionOf(localToken)}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict`
}

export const SIGN_OUT = `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`

const sessionOf = (localToken: string): string => createHmac('sha256', localToken).update('console').digest('base64url')

const cookieOf = ({ cookie = '' }: IncomingHttpHeaders): string =>
  cookie
    .split(/;\s*/)
    .find((pair) => pair.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1) ?? ''

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

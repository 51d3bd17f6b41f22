import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

/**
 * Whether a request is no foreign web page's, by the rules of the PNS: it knows who asks at a socket only by this. An `<img>` sends no
 * Origin but Sec-Fetch-Site; a name that was rebound to this address sends itself as Host.
 */
export function isOwn({ origin, host = '', 'sec-fetch-site': site = 'none' }: IncomingHttpHeaders): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  const ours = isIP(name) !== 0 || ['', 'localhost'].includes(name)
  return ours && [undefined, `http://${host}`].includes(origin) && ['none', 'same-origin'].includes(site)
}

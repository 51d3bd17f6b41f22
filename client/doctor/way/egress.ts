import { performance } from 'node:perf_hooks'
import { broken, type Catalogue, type Finding, finder, ok } from '../finding.ts'
import { dial, ProxyRefused, placeOf, type Route, reach, reasonOf } from './route.ts'

export const EGRESS = {
  relay_reachable: ok('Every push goes this way.'),
  egress_blocked: broken(
    'No push leaves this machine.',
    'Let this machine connect to TCP port 443 outside, in its own firewall and in that of the network; or set network.proxy.',
  ),
  relay_refuses_connections: broken(
    'Nothing takes connections there: no push leaves this machine.',
    'Compare `relay` with the output RelayUrl of the deployment; a firewall may also refuse in its place.',
  ),
  proxy_unreachable: broken(
    'With network.proxy every request goes through the proxy: no push leaves this machine.',
    'Compare network.proxy with what your network has; take it out if there is none.',
  ),
  proxy_wants_credentials: broken(
    'The proxy lets nobody through without a name and a password.',
    'Write them into network.proxy: http://user:password@host:port, percent-encoded; if they are there, they are wrong.',
  ),
  proxy_refuses: broken(
    'The proxy does not pass connections on to the relay.',
    'Have the relay’s name and port 443 allowed for CONNECT in the proxy.',
  ),
} satisfies Catalogue

const found = finder(EGRESS)

/** The TCP leg, and the proxy's. `broken` ends the way. */
export async function checkEgress(route: Route): Promise<Finding> {
  const { relay, proxy } = route
  const began = performance.now()
  const through = proxy ? ` through the proxy ${placeOf(proxy)}` : ''
  const reachable = () =>
    found('relay_reachable', `${placeOf(relay)}${through}: TCP in ${Math.round(performance.now() - began)} ms.`)
  try {
    const first = await dial(route)
    first.destroy()
    if (!proxy) return reachable()
  } catch (error) {
    const seen = `${placeOf(proxy ?? relay)} (${route.addresses.join(', ')}): ${reasonOf(error)}.`
    if (proxy) return found('proxy_unreachable', seen)
    return found(reasonOf(error) === 'ECONNREFUSED' ? 'relay_refuses_connections' : 'egress_blocked', seen)
  }
  try {
    const socket = await reach(route)
    socket.destroy()
    return reachable()
  } catch (error) {
    const refused = error instanceof ProxyRefused ? `status ${error.status}` : reasonOf(error)
    const seen = `The proxy ${placeOf(proxy)} for ${placeOf(relay)}: ${refused}.`
    const wants = error instanceof ProxyRefused && error.status === 407
    return found(wants ? 'proxy_wants_credentials' : 'proxy_refuses', seen)
  }
}

import { accessSync, constants } from 'node:fs'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { greetingLost } from './mtu.ts'
import { placeOf, type Route, reach, reasonOf, secure } from './route.ts'

export const TLS = {
  tls_public: ok('A public authority vouches for the relay: nobody reads along.'),
  tls_not_needed: ok('The relay is on this machine.'),
  ca_file_unusable: broken(
    'The service trusts these certificates beside the usual ones, and does not come to the relay without the file.',
    'Put the file back and let the user that runs wakecall read it, or take network.caFile out.',
  ),
  tls_intercepted: broken(
    'Somebody on the way answers in the relay’s place and could read every request: none is sent.',
    'Have the firewall leave this name alone (no TLS inspection). If you trust who does it, put its certificate into network.caFile.',
  ),
  tls_intercepted_trusted: warning(
    'The firewall that signs with it reads every caller’s number, and calls stop when it fails or changes its certificate.',
    'Have the firewall leave this name alone; then take network.caFile out.',
  ),
  tls_wrong_name: broken(
    'What answers is not the relay: a captive portal, a wrong address or a wrong entry in DNS.',
    'Compare `relay` with the output RelayUrl of the deployment, and its addresses with an honest resolver.',
  ),
  tls_out_of_date: broken(
    'A certificate holds between two dates only; outside of them no request is sent.',
    'Set the clock of this machine first. If it is right, whoever runs the relay, or the proxy, must renew the certificate.',
  ),
  tls_expires_soon: warning(
    'When it has expired no phone is woken.',
    'Tell whoever runs the relay; AWS renews its own without being asked.',
  ),
  tls_fails: broken(
    'The connection opens, but no TLS comes about: a firewall cuts it, or large packets are lost.',
    'Have the firewall let TLS to this name pass. If other places cannot be reached either, lower the MTU of the interface: ip link set dev eth0 mtu 1400.',
  ),
} satisfies Catalogue

const found = finder(TLS)
const SOON_DAYS = 14
const DAY_MS = 86_400_000

async function handshake(route: Route, trusting: 'usual' | 'caFile') {
  const tls = await secure(route, await reach(route), trusting)
  const certificate = tls.getPeerCertificate()
  const error = tls.authorized ? undefined : codeOf(tls.authorizationError)
  tls.destroy()
  const { O, CN } = certificate.issuer
  const signed = String(O ?? CN ?? 'nobody')
  return { error, signed, validTo: certificate.valid_to }
}

/** Node gives a code or an error that has one. */
const codeOf = (error: unknown): string =>
  typeof error === 'string' ? error : String((error as NodeJS.ErrnoException).code ?? error)

/** Why the file of certificates cannot be read. */
function faultOf(caFile: string | undefined): string | undefined {
  try {
    if (caFile !== undefined) accessSync(caFile, constants.R_OK)
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** Whether TLS comes about when its first message fits into any packet. */
async function passesSmall(route: Route): Promise<boolean> {
  try {
    const tls = await secure(route, await reach(route), 'usual', { ecdhCurve: 'X25519' })
    tls.destroy()
    return true
  } catch {
    return false
  }
}

/** Who signed the relay's certificate, and whether that is somebody whom everybody trusts. */
export async function checkTls(route: Route, now: number): Promise<Finding> {
  const place = placeOf(route.relay)
  if (route.relay.protocol !== 'https:') return found('tls_not_needed', `${place} is on this machine.`)
  const fault = faultOf(route.caFile)
  if (fault !== undefined) return found('ca_file_unusable', `${route.caFile}: ${fault}.`)
  try {
    const { error, signed, validTo } = await handshake(route, 'usual')
    const seen = `The certificate of ${place} is signed by ${JSON.stringify(signed)}, valid until ${validTo}`
    if (error === undefined) {
      const days = Math.floor((Date.parse(validTo) - now) / DAY_MS)
      return found(days < SOON_DAYS ? 'tls_expires_soon' : 'tls_public', `${seen} (${days} days).`)
    }
    if (error === 'ERR_TLS_CERT_ALTNAME_INVALID') return found('tls_wrong_name', `${seen}, for another name.`)
    if (/EXPIRED|NOT_YET_VALID/.test(error)) return found('tls_out_of_date', `${seen}: ${error}.`)
    const trusted = route.caFile !== undefined && (await handshake(route, 'caFile')).error === undefined
    if (trusted) return found('tls_intercepted_trusted', `${seen}, which only network.caFile makes trusted.`)
    return found('tls_intercepted', `${seen}, which is no public authority: ${error}.`)
  } catch (error) {
    if (reasonOf(error) === 'timeout' && (await passesSmall(route))) return greetingLost(place)
    return found('tls_fails', `TLS with ${place}: ${reasonOf(error)}.`)
  }
}

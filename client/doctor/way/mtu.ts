import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { leftOut } from '../left-out.ts'
import { ask, type Route, reasonOf } from './route.ts'

export const MTU = {
  mtu_fits: ok('Large packets reach the relay as well as small ones.'),
  mtu_low: warning(
    'Below 1280 bytes IPv6 does not work, and SIP over UDP is cut in pieces.',
    'A tunnel on the way takes too much, or the interface is set wrong: ip link set dev eth0 mtu 1500.',
  ),
  mtu_black_hole: broken(
    'Somebody on the way drops large packets without a word: small requests pass, and registrations of phones hang.',
    'Let ICMP “fragmentation needed” (type 3 code 4; ICMPv6 type 2) pass the firewalls, or lower the MTU here: ip link set dev eth0 mtu 1400.',
  ),
} satisfies Catalogue

const found = finder(MTU)
/** API Gateway takes 10,240 bytes of headers. */
const LARGE_BYTES = 8_000
const IPV6_LEAST = 1_280

/** The interface that has an address, and its MTU in bytes. */
function interfaceWith(address: string | undefined): { name: string; mtu: number } | undefined {
  const [name] = Object.entries(networkInterfaces()).find(([, list]) => list?.some((one) => one.address === address)) ?? []
  if (name === undefined) return undefined
  try {
    return { name, mtu: Number(readFileSync(`/sys/class/net/${name}/mtu`, 'utf8')) }
  } catch {
    return undefined
  }
}

/** A TLS greeting with keys for quantum computers is larger than a packet: here it vanished, and one without them passed. */
export const greetingLost = (place: string): Finding =>
  found('mtu_black_hole', `TLS with ${place} comes about with a small greeting only: one larger than a packet gets no answer.`)

/** A small request has passed from `localAddress`: does a large one? */
export async function checkMtu(route: Route, localAddress: string | undefined): Promise<Finding> {
  const path = interfaceWith(localAddress?.replace(/^::ffff:/, ''))
  const own = path ? `${path.name} has an MTU of ${path.mtu} bytes` : 'the interface is not known'
  try {
    await ask(route, { 'x-wakecall-doctor': 'x'.repeat(LARGE_BYTES) })
    const seen = `A request of ${LARGE_BYTES} bytes is answered; ${own}.`
    return found(path && path.mtu < IPV6_LEAST ? 'mtu_low' : 'mtu_fits', seen)
  } catch (error) {
    const reason = reasonOf(error)
    if (reason !== 'timeout') return leftOut('the path’s MTU', `the relay cut a large request short (${reason})`)
    return found('mtu_black_hole', `A small request is answered, one of ${LARGE_BYTES} bytes is not; ${own}.`)
  }
}

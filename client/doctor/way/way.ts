import type { SettingsFile } from '../../settings.ts'
import type { Finding } from '../finding.ts'
import { leftOut } from '../left-out.ts'
import { judgeClock } from './clock.ts'
import { checkDns } from './dns.ts'
import { checkEgress } from './egress.ts'
import { checkKey } from './key.ts'
import { checkMtu } from './mtu.ts'
import { ask, hostOf, type Route, reasonOf } from './route.ts'
import { checkTls } from './tls.ts'

const isBroken = ({ level }: Finding): boolean => level === 'broken'

/** The way to a relay, leg by leg: behind one that is broken nothing can be seen. */
async function follow(settings: SettingsFile, address: string): Promise<Finding[]> {
  const relay = new URL(address)
  const { caFile, resolvers, proxy } = settings.network
  const first = proxy === undefined ? undefined : new URL(proxy)
  const { findings, addresses } = await checkDns(hostOf(first ?? relay), first ? 'proxy' : 'relay', resolvers)
  if (addresses.length === 0) return [...findings, leftOut('connection, TLS, clock, MTU and key', 'the name has no address')]
  const route = { relay, proxy: first, addresses, caFile }
  const egress = await checkEgress(route)
  if (isBroken(egress)) return [...findings, egress, leftOut('TLS, clock, MTU and key', 'there is no connection')]
  const tls = await checkTls(route, Date.now())
  if (isBroken(tls)) return [...findings, egress, tls, leftOut('clock, MTU and key', 'there is no TLS to trust')]
  return [...findings, egress, tls, ...(await requests(settings, route))]
}

async function requests(settings: SettingsFile, route: Route): Promise<Finding[]> {
  const key = checkKey({ ...settings, relay: route.relay.origin })
  try {
    const { date, localAddress } = await ask(route)
    const clock = date === undefined ? leftOut('the clock', 'the relay does not say its time') : judgeClock(date, Date.now())
    return [clock, await checkMtu(route, localAddress), await key]
  } catch (error) {
    return [leftOut('clock and MTU', `a request got no answer (${reasonOf(error)})`), await key]
  }
}

export const checkWay = (settings: SettingsFile): Promise<Finding[]> => follow(settings, settings.relay)

/** The second address, if there is one, under the name of its own. */
export async function checkAlternateWay(settings: SettingsFile): Promise<Finding[]> {
  if (settings.alternateRelay === undefined) return []
  const findings = await follow(settings, settings.alternateRelay)
  return findings.map((finding) => ({ ...finding, seen: `alternateRelay: ${finding.seen}` }))
}

import { getServers } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { performance } from 'node:perf_hooks'
import { broken, type Catalogue, type Finding, finder, ok, warning } from '../finding.ts'
import { isPrivate } from './addresses.ts'

export const DNS = {
  dns_answers: ok('A call is pushed by name; the last good answer helps out for a while only.'),
  dns_not_needed: ok('There is no name to resolve.'),
  dns_fails: broken(
    'Without an address the relay cannot be reached.',
    'Mend the resolvers in /etc/resolv.conf, let UDP and TCP port 53 through, or name others as network.resolvers in the settings.',
  ),
  dns_resolver_fails: warning(
    'When this resolver is asked first, requests wait for it or fail.',
    'Take it out of /etc/resolv.conf or of network.resolvers, or mend it.',
  ),
  dns_disagrees: warning(
    'What a request reaches depends on which resolver is asked.',
    'Find out who is right, with a resolver outside of your network; take the other one out.',
  ),
  dns_private: warning(
    'The relay is on the public internet: a filter, a captive portal or a wrong entry of your network answers in its place.',
    'Let this name pass the filter, or name an honest resolver. A private endpoint of your own in AWS is the one exception.',
  ),
  dns_slow: warning(
    'A new connection waits for this answer while the caller hears it ring.',
    'Put a faster resolver first in /etc/resolv.conf, or a caching one on this machine.',
  ),
} satisfies Catalogue

const found = finder(DNS)
const WITHIN_MS = 1_500
const SLOW_MS = 1_000
/** What an honest resolver says of a name that it does not know (RFC 2308). */
const ABSENT = ['ENOTFOUND', 'ENODATA']

/** Whose name it is. */
type Owner = 'relay' | 'proxy'

export type Answered = { resolver: string; ms: number; addresses: string[]; code?: string }

async function ask(resolver: string, host: string): Promise<Answered> {
  const began = performance.now()
  const dns = new Resolver({ timeout: WITHIN_MS, tries: 1 })
  dns.setServers([resolver])
  const answers = await Promise.allSettled([dns.resolve4(host), dns.resolve6(host)])
  const ms = Math.round(performance.now() - began)
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  const [first] = answers
  const code = first.status === 'rejected' ? String((first.reason as NodeJS.ErrnoException).code) : 'none'
  return { resolver, ms, addresses, ...(addresses.length === 0 && { code }) }
}

/** The addresses that /etc/hosts gives a name: they go before those of every resolver. */
export function hostsEntries(host: string, hosts: string): string[] {
  const lines = hosts.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
  return lines.flatMap(([address = '', ...names]) => (names.includes(host) ? [address] : []))
}

function readHosts(): string {
  try {
    return readFileSync('/etc/hosts', 'utf8')
  } catch {
    return ''
  }
}

const said = ({ resolver, ms, addresses, code }: Answered): string =>
  `${resolver}: ${code ?? addresses.slice(0, 3).join(', ')} in ${ms} ms`

/**
 * Judges what each resolver said. Public services answer with other addresses each time: those do not count as disagreement.
 * The name of a proxy may be known inside only.
 */
export function judgeAnswers(host: string, of: Owner, answers: readonly Answered[], written: readonly string[]): Finding[] {
  const good = answers.filter(({ addresses }) => addresses.length > 0)
  const failed = answers.filter(({ code }) => code !== undefined)
  const own = written.length > 0 ? [`/etc/hosts: ${written.join(', ')}`] : []
  const all = `${host} by ${[...own, ...answers.map(said)].join('; ')}`
  if (good.length === 0 && written.length === 0) return [found('dns_fails', `${all}.`)]
  const absent = failed.filter(({ code = '' }) => ABSENT.includes(code))
  const silent = failed.filter((answer) => !absent.includes(answer))
  const kinds = new Set(good.map(({ addresses }) => addresses.some(isPrivate)))
  const inside = [...new Set([...good.flatMap(({ addresses }) => addresses), ...written].filter(isPrivate))]
  const slow = good.filter(({ ms }) => ms > SLOW_MS)
  const isPublic = of === 'relay'
  const differ = (good.length > 0 && absent.length > 0) || kinds.size > 1
  const findings = [
    ...silent.map((answer) => found('dns_resolver_fails', `${host} by ${said(answer)}.`)),
    ...(isPublic && differ ? [found('dns_disagrees', `${all}.`)] : []),
    ...(isPublic && inside.length > 0 ? [found('dns_private', `${host} is said to be ${inside.join(', ')}; ${all}.`)] : []),
    ...slow.map((answer) => found('dns_slow', `${host} by ${said(answer)}.`)),
  ]
  return findings.length > 0 ? findings : [found('dns_answers', `${all}.`)]
}

/** The addresses of a host by every resolver there is, those of the system first. */
export async function checkDns(
  host: string,
  of: Owner,
  extra: readonly string[],
): Promise<{ findings: Finding[]; addresses: string[] }> {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0) return { findings: [found('dns_not_needed', `${bare} is an address.`)], addresses: [bare] }
  if (/(^|\.)localhost$/.test(bare)) {
    return { findings: [found('dns_not_needed', `${bare} is this machine.`)], addresses: ['127.0.0.1', '::1'] }
  }
  const resolvers = [...new Set([...getServers(), ...extra])]
  const answers = await Promise.all(resolvers.map((resolver) => ask(resolver, bare)))
  const written = hostsEntries(bare, readHosts())
  const sources = [written, ...answers.map(({ addresses }) => addresses)]
  const addresses = sources.find((source) => source.length > 0) ?? []
  return { findings: judgeAnswers(bare, of, answers, written), addresses }
}

import { lookup, Resolver } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** The addresses of a host, at least one. */
export type Ask = (host: string) => Promise<string[]>

/** `name`: as users know it. `kind`: as `/health` says it. */
export type NameSource = { name: string; kind: 'system' | 'resolver'; ask: Ask; cancel: () => void }

const ANSWER_MS = 1_000
/** How long the addresses of one family wait for those of the other (RFC 8305, 3). */
const OTHER_FAMILY_MS = 50

/** Asks once for all who want the same host at the same time. */
export function shared(ask: Ask): Ask {
  const underWay = new Map<string, Promise<string[]>>()
  return (host) => {
    const asked = underWay.get(host) ?? ask(host).finally(() => underWay.delete(host))
    underWay.set(host, asked)
    return asked
  }
}

/** getaddrinfo(3) knows of /etc/hosts and nsswitch.conf, but holds a thread of the whole process and cannot be ended. */
const getaddrinfo = shared(async (host) => (await lookup(host, { all: true })).map(({ address }) => address))

export const systemSource = (ask: Ask = getaddrinfo): NameSource => ({
  name: "the system's resolver",
  kind: 'system',
  ask,
  cancel: () => {},
})

/** `server`: an IP address, with a port if it is not 53. */
export function resolverSource(server: string): NameSource {
  const resolver = new Resolver({ timeout: ANSWER_MS, tries: 2 })
  resolver.setServers([server])
  async function ask(host: string): Promise<string[]> {
    const found: string[] = []
    const families = [resolver.resolve4(host), resolver.resolve6(host)].map(async (family) => found.push(...(await family)))
    const both = Promise.allSettled(families)
    await Promise.any(families).catch(({ errors }: AggregateError) => {
      throw errors[0]
    })
    await Promise.race([both, sleep(OTHER_FAMILY_MS)])
    return [...found]
  }
  return { name: server, kind: 'resolver', ask, cancel: () => resolver.cancel() }
}

import { isIP } from 'node:net'
import type { Logger } from 'pino'
import { nextStep, type RunNft } from './nft.ts'

const RETRY_MS = 10_000

/** `source`: the address that the phone's REGISTER came from; `expires`: seconds that its binding is there yet. */
type Binding = { extension: string; phone: string; source: string; expires: number }

type FirewallDeps = { run: RunNft; now: () => number; log: Logger }

/** Made where they are missing, so that no order of starting is asked for. */
const SETS = `add table inet wakecall
add set inet wakecall phones4 { type ipv4_addr; flags timeout; }
add set inet wakecall phones6 { type ipv6_addr; flags timeout; }`

/** Keeps the sets `phones4` and `phones6` of the table `inet wakecall` in step with where phones are. `now`: in ms. */
export function createFirewall({ run, now, log }: FirewallDeps) {
  const phones = new Map<string, { source: string; until: number }>()
  let changed = new Set<string>()
  let [running, refused] = [false, false]
  let retry: NodeJS.Timeout | undefined

  const keyOf = ({ extension, phone }: Pick<Binding, 'extension' | 'phone'>) => `${extension} ${phone}`

  function batchOf(sources: ReadonlySet<string>): string {
    const last = new Map<string, number>()
    for (const [key, { source, until }] of phones) {
      if (until <= now()) phones.delete(key)
      else if (sources.has(source)) last.set(source, Math.max(until, last.get(source) ?? 0))
    }
    const lines = [...sources].flatMap((source) => {
      const place = `element inet wakecall phones${isIP(source)}`
      const until = last.get(source)
      const there = until === undefined ? [] : [`add ${place} { ${source} timeout ${Math.ceil((until - now()) / 1000)}s }`]
      // Adding changes no timeout, and what is not there cannot be deleted.
      return [`add ${place} { ${source} timeout 1s }`, `delete ${place} { ${source} }`, ...there]
    })
    return `${[SETS, ...lines].join('\n')}\n`
  }

  async function flush(): Promise<void> {
    if (running || retry || changed.size === 0) return
    running = true
    const sources = changed
    changed = new Set()
    try {
      await run(batchOf(sources))
      if (refused) log.info('nft takes the addresses of phones again')
      refused = false
    } catch (error) {
      changed = new Set([...sources, ...changed])
      if (!refused) log.warn({ err: error }, `nft does not take the addresses of phones: ${nextStep(error)}`)
      refused = true
      retry = setTimeout(again, RETRY_MS).unref()
    }
    running = false
    void flush()
  }

  function again(): void {
    retry = undefined
    void flush()
  }

  function put(key: string, binding?: { source: string; until: number }): void {
    const before = phones.get(key)
    if (before) changed.add(before.source)
    phones.delete(key)
    if (binding) phones.set(key, binding)
    if (binding) changed.add(binding.source)
    void flush()
  }

  return {
    registered(binding: Binding): void {
      if (isIP(binding.source) === 0 || !(binding.expires > 0)) return
      put(keyOf(binding), { source: binding.source, until: now() + binding.expires * 1000 })
    },
    unregistered: (phone: Pick<Binding, 'extension' | 'phone'>): void => put(keyOf(phone)),
    close: (): void => clearTimeout(retry),
  }
}

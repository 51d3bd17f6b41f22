import { isIP, type LookupFunction } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { SettingsFile } from '../settings.ts'
import { askInTurn } from './ask-in-turn.ts'
import { candidates, forgetFailures, type KnownName, newName, noteFailed, notePassed } from './known-name.ts'
import { type AddressBook, createLastGood } from './last-good.ts'
import { type NameSource, resolverSource, systemSource } from './resolvers.ts'

/** The address that a host's name stands for; `stale`: no resolver answers, and the last good one is used. */
export type NameState = { host: string; ageSeconds: number; source: string; stale: boolean }

/**
 * The addresses of hosts. Connections say of each address where it led: `passed`, if to the host itself, or `failed`. Numeric
 * hosts never come here, because `node:net` looks up names only.
 */
export type Names = {
  /** As `net.connect` takes it. Fails only where there is no last good answer either. */
  lookup: LookupFunction
  passed: (host: string, address: string) => void
  failed: (host: string, address: string) => void
  state: () => NameState[]
  close: () => void
}

export const REFRESH_MS = 20_000
const PATIENCE_MS = 1_000

/** `sources`: the first is asked first, the others where it fails. */
export function createNames(sources: readonly [NameSource, ...NameSource[]], clock: Clock, book?: AddressBook): Names {
  const names = new Map<string, KnownName>()
  const underWay = new Map<string, Promise<void>>()
  const lastGood = createLastGood(book)

  function knownOf(host: string): KnownName {
    const known = names.get(host) ?? newName(lastGood.load(host))
    names.set(host, known)
    return known
  }

  async function ask(host: string, known: KnownName): Promise<void> {
    forgetFailures(known, clock.wall())
    known.doubted = false
    try {
      known.answers = await askInTurn(sources, host, known)
      known.answeredAt = clock.wall()
      known.stale = false
    } catch (fault) {
      known.fault = fault
      known.stale = true
    }
  }

  /** Waits for an answer, but not long where there are addresses without it. */
  async function refresh(host: string, known: KnownName): Promise<void> {
    const asked = underWay.get(host) ?? ask(host, known).finally(() => underWay.delete(host))
    underWay.set(host, asked)
    if (candidates(known).length === 0) return asked
    await Promise.race([asked, sleep(PATIENCE_MS, undefined, { ref: false })])
    if (underWay.has(host)) known.stale = true
  }

  async function addressesOf(host: string): Promise<string[]> {
    const known = knownOf(host)
    if (known.answers.length === 0 || known.doubted) {
      const refreshed = refresh(host, known)
      if (!known.stale || candidates(known).length === 0) await refreshed
    }
    const addresses = candidates(known)
    if (addresses.length === 0) throw known.fault
    return addresses
  }

  const lookup: LookupFunction = (host, { all }, done) => {
    const answer = (addresses: string[]) => {
      const found = addresses.map((address) => ({ address, family: isIP(address) }))
      if (all) done(null, found)
      else done(null, found[0]?.address ?? '', found[0]?.family)
    }
    addressesOf(host).then(answer, (error) => done(error, ''))
  }

  function passed(host: string, address: string): void {
    const known = knownOf(host)
    notePassed(known, address)
    if (known.good) lastGood.save(host, known.good)
  }

  function state(): NameState[] {
    return [...names].flatMap(([host, known]) => {
      const { answers, answeredAt, good, stale } = known
      const old = stale || answers.length === 0
      const at = old ? (good?.at ?? answeredAt) : answeredAt
      const ageSeconds = Math.max(0, Math.round((clock.wall() - at) / 1000))
      const source = old ? 'last good' : (answers[0]?.kind ?? 'system')
      return candidates(known).length > 0 ? [{ host, ageSeconds, source, stale }] : []
    })
  }

  // Before they get old, so that no call waits for DNS.
  const timer = setInterval(() => {
    for (const [host, known] of names) void refresh(host, known)
  }, REFRESH_MS).unref()

  function close(): void {
    clearInterval(timer)
    for (const source of sources) source.cancel()
  }

  return { lookup, passed, failed: (host, address) => noteFailed(knownOf(host), address, clock.wall()), state, close }
}

/** By the system first, by `resolvers` where it fails. */
export const namesFor = (network: Partial<SettingsFile['network']> | undefined, clock: Clock, book?: AddressBook): Names =>
  createNames([systemSource(), ...(network?.resolvers ?? []).map(resolverSource)], clock, book)

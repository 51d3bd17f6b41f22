import type { Random } from './random.ts'

/** Faults of the relay and of the way to it. Before the effect nothing happens, after it only the answer suffers. */
const BEFORE = [
  'cut',
  'hang',
  'internal',
  'unavailable',
  'bad_gateway',
  'throttled',
  'throttled_until',
  'page',
  'portal',
  'moved',
  'noise',
] as const
const AFTER = ['slow', 'cut_after', 'hang_after', 'bad_gateway_after', 'page_after', 'half'] as const

export type RelayFault = (typeof BEFORE)[number] | (typeof AFTER)[number]
export const RELAY_FAULTS: readonly RelayFault[] = [...BEFORE, ...AFTER]
const ANSWERED = new Set<RelayFault>(AFTER)
/** Whether the relay does what it is asked, whatever becomes of its answer. */
export const hasEffect = (fault: RelayFault | undefined): boolean => fault === undefined || ANSWERED.has(fault)

export const DNS_FAULTS = ['silent', 'servfail', 'absent', 'dead_address', 'portal_address'] as const
export type DnsFault = (typeof DNS_FAULTS)[number]

/** `relay`: for this share of the requests one of these faults. `away`: nothing listens. `clockMs`: how wrong the PNS's clock is. */
export type Weather = {
  relay: { share: number; faults: readonly RelayFault[] }
  away: boolean
  dns: DnsFault | undefined
  secondDns: DnsFault | undefined
  diskFull: boolean
  clockMs: number
}

export const FAIR: Weather = {
  relay: { share: 0, faults: RELAY_FAULTS },
  away: false,
  dns: undefined,
  secondDns: undefined,
  diskFull: false,
  clockMs: 0,
}

/** One front of weather, and how long it stays, in ms. Hard times are short, or little would ever be tried in them. */
export type Front = { change: Partial<Weather>; ms: number }

const DAY_MS = 86_400_000

const KINDS = ['fair', 'fair', ...Array<'flaky'>(5).fill('flaky'), 'one fault', 'one fault', 'away'] as const

export function relayFront(random: Random): Front {
  const kind = random.pick(KINDS)
  const away = kind === 'away'
  if (kind === 'fair' || away) return { change: { relay: FAIR.relay, away }, ms: random.between(300, away ? 3000 : 4000) }
  if (kind === 'flaky') return { change: { relay: { share: 0.25, faults: RELAY_FAULTS }, away }, ms: random.between(1000, 5000) }
  return { change: { relay: { share: 1, faults: [random.pick(RELAY_FAULTS)] }, away }, ms: random.between(300, 2500) }
}

export const dnsFront = (random: Random, which: 'dns' | 'secondDns'): Front => ({
  change: { [which]: random.chance(0.35) ? random.pick(DNS_FAULTS) : undefined },
  ms: random.between(500, 4000),
})

export function diskFront(random: Random, { diskFull }: Weather): Front {
  return diskFull
    ? { change: { diskFull: false }, ms: random.between(4000, 15_000) }
    : { change: { diskFull: true }, ms: random.between(500, 2500) }
}

/** The relay takes signatures that are at most 300 s old and 60 s ahead: most jumps stay inside, the wild ones do not. */
export function clockFront(random: Random): Front {
  if (random.chance(0.8)) return { change: { clockMs: random.whole(-280_000, 50_000) }, ms: random.between(500, 5000) }
  const far = random.pick([3_600_000, DAY_MS, 365 * DAY_MS])
  return { change: { clockMs: random.pick([-far, far]) }, ms: random.between(300, 1500) }
}

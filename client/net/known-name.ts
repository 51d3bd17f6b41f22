import type { KeptAddresses } from '../store/kept-addresses.ts'
import type { NameSource } from './resolvers.ts'

/** What a source said of a host. */
export type Answer = { kind: NameSource['kind']; addresses: string[] }

/** What is known of a host; times by the wall clock, in ms. */
export type KnownName = {
  answers: Answer[]
  answeredAt: number
  /** Of the last answer that led to the relay. */
  good: KeptAddresses | undefined
  /** No resolver has an answer in time: the last good one goes first. */
  stale: boolean
  /** Addresses that led nowhere, and when. */
  failed: Map<string, number>
  /** There are answers, but none of them leads anywhere, and the other sources have not been asked since. */
  doubted: boolean
  /** Why there is no answer. */
  fault: unknown
}

export const newName = (good: KeptAddresses | undefined): KnownName => ({
  answers: [],
  answeredAt: 0,
  good,
  stale: false,
  failed: new Map(),
  doubted: false,
  fault: undefined,
})

/** Whether an answer has an address that did not fail. */
export const leadsOn = ({ failed }: KnownName, { addresses }: Answer): boolean =>
  addresses.some((address) => !failed.has(address))

/** In the order in which they are to be tried. */
export function candidates({ answers, good, stale, failed }: KnownName): string[] {
  const said = answers.flatMap(({ addresses }) => addresses)
  const proven = good?.addresses ?? []
  const all = [...new Set(stale ? [...proven, ...said] : [...said, ...proven])]
  return all.toSorted((a, b) => Number(failed.has(a)) - Number(failed.has(b)))
}

/** Takes note that an address led to the relay: its answer is the last good one then. */
export function notePassed(known: KnownName, address: string): void {
  known.failed.delete(address)
  const answer = known.answers.find(({ addresses }) => addresses.includes(address))
  if (!answer) return
  known.good = { addresses: answer.addresses.filter((each) => !known.failed.has(each)), at: known.answeredAt }
}

export function noteFailed(known: KnownName, address: string, now: number): void {
  const isNews = !known.failed.has(address)
  known.failed.set(address, now)
  if (isNews && !known.answers.some((answer) => leadsOn(known, answer))) known.doubted = true
}

const FAILED_MS = 5 * 60_000

/** What failed long ago may work again. */
export function forgetFailures({ failed }: KnownName, now: number): void {
  for (const [address, at] of failed) if (Math.abs(now - at) > FAILED_MS) failed.delete(address)
}

import type { KeptAddresses } from '../store/kept-addresses.ts'

/** Where last good answers are kept beyond a restart. */
export type AddressBook = { load: (host: string) => KeptAddresses | undefined; save: (host: string, kept: KeptAddresses) => void }

/** An answer that is confirmed again and again is not written each time. */
const AGAIN_AFTER_MS = 10 * 60_000

const setOf = ({ addresses }: KeptAddresses): string => addresses.toSorted().join()

/** A book that fails nobody: without a disk, an answer is known until the next start. */
export function createLastGood(book: AddressBook | undefined) {
  const written = new Map<string, KeptAddresses>()
  return {
    load(host: string): KeptAddresses | undefined {
      try {
        const kept = book?.load(host)
        if (kept) written.set(host, kept)
        return kept
      } catch {
        return undefined
      }
    },
    save(host: string, good: KeptAddresses): void {
      const before = written.get(host)
      if (before && setOf(before) === setOf(good) && good.at - before.at < AGAIN_AFTER_MS) return
      written.set(host, good)
      try {
        book?.save(host, good)
      } catch {}
    },
  }
}

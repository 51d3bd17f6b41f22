import type { Relay } from './relay.ts'

/** The relay of the settings, which a reload replaces: what is under way ends with the one that it began with. */
export function createSuccession(first: Relay) {
  let current = first
  const retiring = new Set<Relay>()
  return {
    current: () => current,
    replace(next: Relay): void {
      const old = current
      current = next
      retiring.add(old)
      void old.retire().then(() => retiring.delete(old))
    },
    /** Every key that signs: of the current relay, and of those that requests still wait for. */
    keyIds: () => [...new Set([current, ...retiring].flatMap(({ keyId }) => keyId ?? []))],
    close(): void {
      for (const relay of [current, ...retiring]) relay.close()
    },
  }
}

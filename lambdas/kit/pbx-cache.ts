import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Pbx, PbxStore } from '../../core/ports.ts'
import { publicKeyFrom } from '../../wire/signature.ts'

/** A revoked key is refused everywhere once this is over. An unknown PBX is asked for again sooner: it may be enrolling. */
const KNOWN_MS = 60_000
const UNKNOWN_MS = 5_000
/** Unknown ids come from anybody: they must not fill the memory. */
const MOST = 1000

export type KnownPbx = { pbx: Pbx; publicKey: (keyId: string) => KeyObject | undefined }
export type PbxCache = (id: string) => Promise<KnownPbx | undefined>

type Entry = { known: Promise<KnownPbx | undefined>; until: number }

export function createPbxCache(store: PbxStore, clock: Clock): PbxCache {
  const entries = new Map<string, Entry>()

  return (id) => {
    const cached = entries.get(id)
    if (cached && clock.now() < cached.until) return cached.known
    const entry: Entry = { known: store.get(id).then((pbx) => pbx && withKeys(pbx)), until: clock.now() + KNOWN_MS }
    if (entries.size >= MOST) entries.clear()
    entries.set(id, entry)
    entry.known.then(
      (known) => {
        if (!known) entry.until = clock.now() + UNKNOWN_MS
      },
      () => entries.delete(id),
    )
    return entry.known
  }
}

function withKeys(pbx: Pbx): KnownPbx {
  const keys = new Map(Object.entries(pbx.keys).map(([keyId, x]) => [keyId, publicKeyFrom(x)]))
  return { pbx, publicKey: (keyId) => keys.get(keyId) }
}

import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Pbx, PbxStore } from '../../core/ports.ts'
import { publicKeyFrom } from '../../wire/signature.ts'

/** A revoked key is refused everywhere once this is over. An unknown PBX is asked for again sooner: it may be enrolling. */
const KNOWN_MS = 60_000
const UNKNOWN_MS = 5_000
/** Unknown ids come from anybody: they must neither fill the memory nor drive a known PBX out of it. */
const MOST = 1000

export type KnownPbx = { pbx: Pbx; publicKey: (keyId: string) => KeyObject | undefined }
export type PbxCache = (id: string) => Promise<KnownPbx | undefined>

type Entry = { known: Promise<KnownPbx | undefined>; until: number }

export function createPbxCache(store: PbxStore, clock: Clock): PbxCache {
  const [known, others] = [new Map<string, Entry>(), new Map<string, Entry>()]

  function read(id: string): Entry {
    const entry: Entry = { known: store.get(id).then((pbx) => pbx && withKeys(pbx)), until: clock.now() + KNOWN_MS }
    if (others.size >= MOST) others.clear()
    known.delete(id)
    others.set(id, entry)
    const settle = (found: KnownPbx | undefined) => {
      if (!found) {
        entry.until = clock.now() + UNKNOWN_MS
        return
      }
      others.delete(id)
      known.set(id, entry)
    }
    entry.known.then(settle, () => others.delete(id))
    return entry
  }

  return (id) => {
    const cached = known.get(id) ?? others.get(id)
    return (cached && clock.now() < cached.until ? cached : read(id)).known
  }
}

function withKeys(pbx: Pbx): KnownPbx {
  const keys = new Map(Object.entries(pbx.keys).map(([keyId, x]) => [keyId, publicKeyFrom(x)]))
  return { pbx, publicKey: (keyId) => keys.get(keyId) }
}

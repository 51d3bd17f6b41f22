import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { KNOWN_FOR_MS, type Pbx, type PbxStore } from '../../core/pbx.ts'
import { publicKeyFrom } from '../../wire/signature.ts'

/** What is unknown may be enrolling, so it is asked for again; it may be guessed at, so not more often than this. */
const UNKNOWN_MS = 5_000
/** Unknown ids come from anybody: they must neither fill the memory nor drive a known PBX out of it. */
const MOST = 1000

export type KnownPbx = { pbx: Pbx; publicKey: (keyId: string) => KeyObject | undefined }

/** A PBX as it was at most `KNOWN_FOR_MS` ago; read again at once, every 5 s at most, if it had no such key then. */
export type PbxCache = (id: string, keyId: string) => Promise<KnownPbx | undefined>

/** `nextLookAt`: not before this is it read again for the sake of an unknown key; `look` is the last time that it was. */
type Entry = { found: Promise<KnownPbx | undefined>; until: number; nextLookAt: number; look?: Entry['found'] }

export function createPbxCache(store: Pick<PbxStore, 'get'>, clock: Clock): PbxCache {
  const [known, others] = [new Map<string, Entry>(), new Map<string, Entry>()]

  /** The age counts from the asking: what is read may be as old as that. */
  function read(id: string, nextLookAt: number): Entry {
    const found = store.get(id).then((pbx) => pbx && withKeys(pbx))
    return { found, until: clock.now() + KNOWN_FOR_MS, nextLookAt }
  }

  function load(id: string): Entry {
    const entry = read(id, 0)
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
    entry.found.then(settle, () => others.delete(id))
    return entry
  }

  /** Meanwhile the keys that are known are answered from what is there; whoever else comes shares the look. */
  function look(id: string, entry: Entry): Entry['found'] {
    if (clock.now() < entry.nextLookAt) return entry.look ?? entry.found
    entry.nextLookAt = clock.now() + UNKNOWN_MS
    const next = read(id, entry.nextLookAt)
    entry.look = next.found
    const settle = (found: KnownPbx | undefined) => {
      if (found) known.set(id, next)
    }
    next.found.then(settle, () => {})
    return next.found
  }

  return async (id, keyId) => {
    const entry = known.get(id) ?? others.get(id)
    if (!entry || clock.now() >= entry.until) return load(id).found
    const found = await entry.found
    return !found || found.publicKey(keyId) ? found : look(id, entry)
  }
}

function withKeys(pbx: Pbx): KnownPbx {
  const keys = new Map(Object.entries(pbx.keys).map(([keyId, { publicKey }]) => [keyId, publicKeyFrom(publicKey)]))
  return { pbx, publicKey: (keyId) => keys.get(keyId) }
}

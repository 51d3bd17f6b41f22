import type * as v from 'valibot'
import type { KeysAnswer } from '../../wire/keys.ts'
import type { Patience } from '../clock.ts'
import { PnsProblem } from '../problem.ts'
import { BACKGROUND_BUDGET_MS, type Relay } from '../relay/relay.ts'

/** The relay's functions remember the keys of a PBX for a minute: so long one of them may not know a new key. */
const KNOWN_WITHIN_MS = 75_000
const AGAIN_MS = 2_000

/** Proves the relay's key by a signed request, which gives all keys of the PBX. A key may be refused for a while only. */
export async function proveKey(relay: Relay, { monotonic, sleep }: Patience): Promise<v.InferOutput<typeof KeysAnswer>> {
  const deadline = monotonic() + KNOWN_WITHIN_MS
  for (;;) {
    try {
      return await relay.call('keys', { budgetMs: BACKGROUND_BUDGET_MS })
    } catch (error) {
      const passing = error instanceof PnsProblem && error.code === 'key_refused'
      if (!passing || monotonic() + AGAIN_MS > deadline) throw error
      await sleep(AGAIN_MS)
    }
  }
}

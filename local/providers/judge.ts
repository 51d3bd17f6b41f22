import { type Clock, wait } from '../clock.ts'
import type { SimulatedToken } from '../tokens.ts'

export type Verdict = 'deliver' | 'unregistered' | 'throttled' | 'unavailable'

/** How long a provider takes to answer for a device whose fate is `slow`. */
const SLOW_MS = 3000

/**
 * Carries out the fate that a simulated device's token chose, and remembers which devices were throttled already. Whether
 * an environment is the wrong one, a provider knows itself.
 */
export function createJudge(clock: Clock): (device: SimulatedToken) => Promise<Verdict> {
  const throttled = new Set<string>()
  return async ({ kind, fate, phone }) => {
    if (fate === 'slow') await wait(clock, SLOW_MS)
    if (fate === 'unregistered' || fate === 'unavailable') return fate
    if (fate !== 'throttled') return 'deliver'
    const device = `${kind}:${phone}`
    if (throttled.has(device)) return 'deliver'
    throttled.add(device)
    return 'throttled'
  }
}

import { BACKGROUND_BUDGET_MS, type Relay } from './relay.ts'

const KEEP_WARM_MS = 4 * 60_000

/** Keeps connection and function warm, so that no call waits for either. A failure shows in `contact`, and at the next call. */
export function keptWarm(relay: Relay): Relay {
  const warmUp = () => void relay.once('health', { budgetMs: BACKGROUND_BUDGET_MS }).catch(() => undefined)
  const timer = setInterval(warmUp, KEEP_WARM_MS).unref()
  warmUp()
  return {
    ...relay,
    close: () => {
      clearInterval(timer)
      relay.close()
    },
    retire: () => {
      clearInterval(timer)
      return relay.retire()
    },
  }
}

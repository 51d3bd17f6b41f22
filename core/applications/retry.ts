import type { Clock } from '../clock.ts'
import { mayPass } from './refusals.ts'
import { ServiceError } from './service-error.ts'

const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 10_000

/** Runs it again, with back-off, while it fails in a way that may pass and the time `until` (in ms) has not come. */
export async function persist<T>(clock: Clock, until: number, run: () => Promise<T>): Promise<T> {
  for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MS)) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof ServiceError && mayPass(error)) || clock.now() + backoff > until) throw error
    }
    await clock.sleep(backoff)
  }
}

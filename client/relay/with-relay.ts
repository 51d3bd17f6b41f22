import { systemClock } from '../clock.ts'
import { createRelay, type Relay } from './relay.ts'
import type { RelaySettings } from './transport.ts'

/** For commands: a relay for as long as `work` takes. */
export async function withRelay<T>(settings: RelaySettings, work: (relay: Relay) => Promise<T>): Promise<T> {
  const relay = createRelay(settings, systemClock)
  try {
    return await work(relay)
  } finally {
    relay.close()
  }
}

import type { Wake } from '../wire/wakes.ts'
import type { Clock } from './clock.ts'
import type { WakeEvent } from './history.ts'

/** Records which phones registered for which call, at times by the relay's clock. What is recorded is logged: member by member. */
export function recordWakes(ports: { clock: Clock; record: (event: WakeEvent) => void }, pbx: string, wakes: Wake[]): number {
  const now = ports.clock.now()
  for (const { agoMs, callId, deviceId, platform, wakeMs, first } of wakes)
    ports.record({ pbx, at: now - Math.round(agoMs), callId, deviceId, platform, wakeMs, first })
  return wakes.length
}

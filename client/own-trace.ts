import type { TraceStep } from '../wire/trace.ts'
import type { CallDevice, CallRecord } from './call-record.ts'
import type { Trace } from './timeline.ts'

/** What this PNS saw of a call, in the form of the relay's trace. */
export function ownTrace({ callId, to, from, askedAt, pushedMs, cancelled, devices }: CallRecord): Trace {
  const at = (ms: number | undefined, step: TraceStep['step'], more: Partial<TraceStep> = {}): TraceStep[] =>
    ms === undefined ? [] : [{ step, at: new Date(askedAt + ms).toISOString(), ...more }]
  // A device that the relay did not name is there because it woke.
  const ofDevice = ({ deviceId, outcome, reason, steps: { woke } }: CallDevice): TraceStep[] => [
    ...(outcome === 'accepted'
      ? at(pushedMs, 'sns_accepted', { deviceId })
      : at(pushedMs, 'not_sent', { deviceId, detail: reason ?? outcome })),
    ...at(woke, 'woke', { deviceId }),
  ]
  return {
    callId,
    to,
    from: from.number,
    devices: devices.map(({ deviceId, platform, outcome, steps: { woke } }) => ({
      deviceId,
      platform,
      outcome,
      ...(woke !== undefined && { wakeMs: woke }),
      unknown: ['provider_accepted', 'woke'],
    })),
    steps: [
      ...at(0, 'asked'),
      ...at(pushedMs, 'relay_accepted'),
      ...devices.flatMap(ofDevice),
      ...(cancelled ? at(cancelled.ms, 'cancelled', { detail: cancelled.reason }) : []),
    ],
    ...(pushedMs === undefined && { incomplete: ['pushes'] }),
  }
}

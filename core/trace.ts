import type { Delivery } from '../wire/delivery.ts'
import { Problem } from '../wire/problem.ts'
import type { TraceAnswer, TraceDevice, TracePart, TraceStep } from '../wire/trace.ts'
import { callUuid } from '../wire/uuid.ts'
import { type Clock, isoTime } from './clock.ts'
import { diagnose } from './diagnosis.ts'
import type { DeliveryStatus, Found, HistoryReader, Woke } from './history.ts'
import type { ClaimItem, Claims, Report } from './ports.ts'

export type TracePorts = { claims: Claims; history: HistoryReader; clock: Clock; report: Report }

/** Providers and phones report after the ring window too: how long after it the logs are still searched. */
export const AFTERMATH_MS = 10 * 60_000

/**
 * The trace of a call: what the call's item says of ring and cancel, what SNS's delivery-status logs say of its pushes, and
 * which phones were reported awake. A log that cannot be read takes its part from the trace, not the trace. Throws
 * `call_not_found`.
 */
export async function trace(ports: TracePorts, pbx: string, callId: string): Promise<TraceAnswer> {
  const { claims, history, clock, report } = ports
  const item = await claims.get(pbx, callId)
  if (!item?.to || item.askedAt === undefined || item.receivedAt === undefined || item.deadline === undefined) {
    const detail = item?.cancelReason
      ? `This call was cancelled (${item.cancelReason}) before it rang; nobody was pushed to.`
      : 'No ring with this callId came in the last 7 days; check the callId and the PBX.'
    throw new Problem('call_not_found', detail)
  }
  const { to, from, askedAt, receivedAt, deadline } = item
  const deliveries = item.result.ring?.deliveries ?? []
  const pushes = deliveries.flatMap(({ platform, app, messageId }) => (messageId ? [{ platform, app, messageId }] : []))
  const until = Math.min(clock.now(), deadline + AFTERMATH_MS)
  const [reported, statuses] = await Promise.all([
    history.wakes(pbx, callId, askedAt, until),
    history.deliveries(pushes, askedAt, until),
  ])
  const wakes = withoutRepeats(reported.records)

  const incomplete: TracePart[] = item.result.ring ? [] : ['pushes']
  for (const [part, { error }] of Object.entries({ deliveries: statuses, wakes: reported }) as [TracePart, Found<unknown>][]) {
    if (error === undefined) continue
    incomplete.push(part)
    report(`trace without all ${part}`, error)
  }
  const steps: TraceStep[] = [
    { step: 'asked', at: isoTime(askedAt) },
    { step: 'relay_accepted', at: isoTime(receivedAt) },
    ...deliveries.flatMap((delivery) => deliverySteps(delivery, statuses.records)),
    ...wakes.map(({ at, deviceId }): TraceStep => ({ step: 'woke', at: isoTime(at), deviceId })),
    ...cancelSteps(item),
  ]
  return {
    callId,
    uuid: callUuid(pbx, callId),
    to,
    ...(from !== undefined && { from }),
    expiresAt: isoTime(deadline),
    devices: deliveries.map((delivery) => traceDevice(delivery, steps, wakes)),
    // Stable: steps of the same millisecond stay in the order in which they are travelled.
    steps: steps.sort((a, b) => a.at.localeCompare(b.at)),
    ...(incomplete.length > 0 && { incomplete }),
  }
}

/** A PNS whose answer was lost reports a wake again: its `wakeMs` is the same, and `at` as late as the repeat took. */
function withoutRepeats(wakes: Woke[]): Woke[] {
  const inOrder = wakes.toSorted((a, b) => a.at - b.at)
  const reports = Map.groupBy(inOrder, ({ deviceId, wakeMs }) => `${wakeMs} ${deviceId}`)
  return [...reports.values()].flatMap(([first]) => first ?? [])
}

function deliverySteps({ deviceId, outcome, messageId, reason, at }: Delivery, statuses: DeliveryStatus[]): TraceStep[] {
  const unsent = outcome === 'expired' || outcome === 'skipped'
  if (outcome !== 'accepted') return [{ step: unsent ? 'not_sent' : 'sns_refused', at, deviceId, detail: reason ?? outcome }]
  const found = statuses.find((status) => status.messageId === messageId)
  if (!found) return [{ step: 'sns_accepted', at, deviceId }]
  const { acceptedAt, dwellMs, delivered, status, words } = found
  const named = delivered || words === undefined ? undefined : diagnose(words)
  return [
    { step: 'sns_accepted', at: isoTime(acceptedAt), deviceId },
    {
      step: delivered ? 'provider_accepted' : 'provider_refused',
      at: isoTime(acceptedAt + dwellMs),
      deviceId,
      dwellMs,
      ...(status !== undefined && { status }),
      ...(named && { reason: named }),
      ...(words && { detail: words }),
    },
  ]
}

function cancelSteps({ cancelReason, cancelledAt, result: { cancel } }: ClaimItem): TraceStep[] {
  if (cancelReason === undefined || cancelledAt === undefined) return []
  const pushed = (cancel?.deliveries ?? []).map(
    ({ deviceId, outcome, reason, at }): TraceStep =>
      outcome === 'accepted'
        ? { step: 'cancel_sent', at, deviceId }
        : { step: 'cancel_not_sent', at, deviceId, detail: reason ?? outcome },
  )
  return [{ step: 'cancelled', at: isoTime(cancelledAt), detail: cancelReason }, ...pushed]
}

function traceDevice({ deviceId, platform, outcome }: Delivery, steps: TraceStep[], wakes: Woke[]): TraceDevice {
  const wake = wakes.find((wake) => wake.deviceId === deviceId)
  const seen = new Set(steps.filter((step) => step.deviceId === deviceId).map(({ step }) => step))
  const refused = seen.has('sns_refused') || seen.has('not_sent') || seen.has('provider_refused')
  const unknown = refused ? [] : (['provider_accepted', 'woke'] as const).filter((step) => !seen.has(step))
  return { deviceId, platform, outcome, ...(wake && { wakeMs: wake.wakeMs }), unknown }
}

import type { Delivery } from '../wire/delivery.ts'
import { Problem } from '../wire/problem.ts'
import type { TraceAnswer, TraceStep } from '../wire/trace.ts'
import { callUuid } from '../wire/uuid.ts'
import { type Clock, isoTime } from './clock.ts'
import type { Claims, DeliveryStatus, HistoryEvent, HistoryReader } from './ports.ts'

export type TracePorts = { claims: Claims; history: HistoryReader; clock: Clock }

/** Providers and phones report after the ring window too: how long after it the logs are still searched. */
const AFTERMATH_MS = 10 * 60_000

/**
 * The trace of a call: what the call's item says, what the delivery-status logs say of its pushes, and which phones were
 * reported awake. Throws `call_not_found`.
 */
export async function trace({ claims, history, clock }: TracePorts, pbx: string, callId: string): Promise<TraceAnswer> {
  const item = await claims.get(pbx, callId)
  if (!item?.to || item.askedAt === undefined || item.receivedAt === undefined || item.deadline === undefined) {
    const detail = item?.cancelReason
      ? `This call was cancelled (${item.cancelReason}) before it rang; nobody was pushed to.`
      : 'No ring with this callId came in the last 7 days; check the callId and the PBX.'
    throw new Problem('call_not_found', detail)
  }
  const { to, askedAt, receivedAt, deadline } = item
  const deliveries = item.result.ring?.deliveries ?? []
  const messageIds = deliveries.flatMap(({ messageId }) => messageId ?? [])
  const until = Math.min(clock.now(), deadline + AFTERMATH_MS)
  const [events, statuses] = await Promise.all([
    history.events(pbx, callId, askedAt, until),
    messageIds.length === 0 ? [] : history.deliveries(messageIds, askedAt, until),
  ])

  const steps: TraceStep[] = [
    { step: 'asked', at: isoTime(askedAt) },
    { step: 'relay_accepted', at: isoTime(receivedAt) },
    ...deliveries.flatMap((delivery) => deliverySteps(delivery, statuses)),
    ...events.map(eventStep),
  ]
  return {
    callId,
    uuid: callUuid(pbx, callId),
    to,
    expiresAt: isoTime(deadline),
    devices: deliveries.map((delivery) => traceDevice(delivery, steps, events)),
    // Stable: steps of the same millisecond stay in the order in which they are travelled.
    steps: steps.sort((a, b) => a.at.localeCompare(b.at)),
  }
}

function deliverySteps({ deviceId, outcome, messageId, reason, at }: Delivery, statuses: DeliveryStatus[]): TraceStep[] {
  const unsent = outcome === 'expired' || outcome === 'skipped'
  if (outcome !== 'accepted') return [{ step: unsent ? 'not_sent' : 'sns_refused', at, deviceId, detail: reason ?? outcome }]
  const status = statuses.find((status) => status.messageId === messageId)
  if (!status) return [{ step: 'sns_accepted', at, deviceId }]
  const { acceptedAt, dwellMs, delivered, words } = status
  const step = delivered ? 'provider_accepted' : 'provider_refused'
  return [
    { step: 'sns_accepted', at: isoTime(acceptedAt), deviceId },
    { step, at: isoTime(acceptedAt + dwellMs), deviceId, ...(words ? { detail: words } : {}) },
  ]
}

const eventStep = (event: HistoryEvent): TraceStep =>
  event.event === 'wake'
    ? { step: 'woke', at: isoTime(event.at), deviceId: event.deviceId }
    : { step: 'cancelled', at: isoTime(event.at), detail: event.reason }

function traceDevice(
  { deviceId, platform, outcome }: Delivery,
  steps: TraceStep[],
  events: HistoryEvent[],
): TraceAnswer['devices'][number] {
  const wake = events.find((event) => event.event === 'wake' && event.deviceId === deviceId)
  const seen = new Set(steps.filter((step) => step.deviceId === deviceId).map(({ step }) => step))
  const refused = seen.has('sns_refused') || seen.has('not_sent') || seen.has('provider_refused')
  const unknown = refused ? [] : (['provider_accepted', 'woke'] as const).filter((step) => !seen.has(step))
  return { deviceId, platform, outcome, ...(wake?.event === 'wake' ? { wakeMs: wake.wakeMs } : {}), unknown }
}

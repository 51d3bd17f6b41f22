import type { Diagnosis } from '../wire/trace.ts'
import { type DeviceKey, isLive, ringChannel } from './device.ts'
import { diagnose } from './diagnosis.ts'
import { detach, type EndpointPorts, pruneDevice } from './endpoint.ts'

type Row = {
  prunes: boolean
  reason: Diagnosis | 'invalid_token' | 'endpoint_updated' | 'unexpected_failure' | 'refused' | 'other'
}

/**
 * SNS's failure types of mobile push, an endpoint that was disabled or changed in another way, and whatever SNS may name
 * one day. What SNS has disabled the endpoint for prunes, and nothing else: no push reaches it any more.
 */
export const ENDPOINT_EVENTS = {
  InvalidPlatformToken: { prunes: true, reason: 'invalid_token' },
  EndpointDisabled: { prunes: true, reason: 'endpoint_disabled' },
  Disabled: { prunes: true, reason: 'endpoint_disabled' },
  Updated: { prunes: false, reason: 'endpoint_updated' },
  NotificationTTLExpired: { prunes: false, reason: 'ttl_expired' },
  DependencyUnavailable: { prunes: false, reason: 'provider_unavailable' },
  Throttled: { prunes: false, reason: 'throttled' },
  UnexpectedFailure: { prunes: false, reason: 'unexpected_failure' },
  DeliveryFailedPerm: { prunes: false, reason: 'refused' },
  InvalidCredentials: { prunes: false, reason: 'credentials_refused' },
  InvalidNotification: { prunes: false, reason: 'payload_refused' },
  Other: { prunes: false, reason: 'other' },
} as const satisfies Record<string, Row>

export type EndpointEventType = keyof typeof ENDPOINT_EVENTS

/** What the operator of the relay can mend; the rest is the phone's or the provider's. */
const OURS: readonly Row['reason'][] = ['wrong_environment', 'wrong_topic', 'credentials_refused', 'payload_refused']

/** What SNS told of an endpoint: `words` are its failure message, `at` is in ms by its clock. */
export type EndpointEvent = { endpoint: string; type: EndpointEventType; words: string; at: number }

/**
 * How long after a registration an event still is in doubt, in ms: SNS's clock and the relay's may differ, and a provider's
 * verdict may have been under way. A dead phone that is kept so is found by the next push.
 */
const DOUBT_MS = 5000

/** What is done about an event: remove the devices that it reaches, or count it, as something that is ours to mend or not. */
export type Decision = { action: 'prune' | 'mend' | 'count'; reason: Row['reason'] }

/** The failure type decides whether to prune; the provider's words name the reason where SNS passes them on. */
export function decide({ type, words }: Pick<EndpointEvent, 'type' | 'words'>): Decision {
  const { prunes, reason: named }: Row = ENDPOINT_EVENTS[type]
  const reason = diagnose(words) ?? named
  if (prunes) return { action: 'prune', reason }
  return { action: OURS.includes(reason) ? 'mend' : 'count', reason }
}

/**
 * Handles an event once or several times, soon or late: what it finds decides, not what it is told. Gives the devices that
 * it removed.
 */
export async function handleEndpointEvent(
  ports: EndpointPorts,
  event: EndpointEvent,
): Promise<Decision & { pruned: DeviceKey[] }> {
  const decision = decide(event)
  return { ...decision, pruned: decision.action === 'prune' ? await pruneEndpoint(ports, event) : [] }
}

/**
 * A registration enables the endpoint and is stored after that, so an event older than a registration of any of its devices
 * tells nothing of the endpoint as it is now: all of them stay. That holds for an event that the queue brings again, too.
 */
async function pruneEndpoint(ports: EndpointPorts, { endpoint, at }: EndpointEvent): Promise<DeviceKey[]> {
  const { devices, links } = ports
  const keys = await links.devicesOf(endpoint)
  const linked = (await Promise.all(keys.map(devices.get))).filter((stored) => stored !== undefined)
  const live = linked.filter(isLive).filter((device) => Object.values(device.endpoints).includes(endpoint))
  if (live.some(({ updatedAt }) => at < updatedAt + DOUBT_MS)) return []

  const buried = linked.filter((stored) => !isLive(stored))
  // A dead alert token does not make an iPhone unreachable for calls: only the channel that rings decides.
  const dead = live.filter((device) => device.endpoints[ringChannel(device)] === endpoint)
  const [pruned] = await Promise.all([
    Promise.all(dead.map((device) => pruneDevice(ports, device))),
    // Removed by an earlier attempt that failed before it came to the endpoint.
    Promise.all(buried.map((tombstone) => detach(ports, tombstone, tombstone.version, endpoint))),
  ])
  return dead.filter((_, i) => pruned[i]).map(({ pbx, extension, deviceId }) => ({ pbx, extension, deviceId }))
}

import type { Delivery } from '../wire/delivery.ts'
import type { PlatformPush, PushRoute } from '../wire/payload.ts'
import { type Apps, type Channel, routeOf } from './apps.ts'
import { type Clock, isoTime } from './clock.ts'
import { type Device, ringChannel } from './device.ts'
import type { Outcome } from './outcome.ts'
import type { Pusher } from './ports.ts'

const FIRST_BACKOFF_MS = 80
const LONGEST_BACKOFF_MS = 640

/** `expiresAt`: nothing is sent after it. `until`: when trying again ends, inside the lease of the claim. In ms. */
export type Window = { expiresAt: number; until: number }

/** Builds the push anew for every try, so that its TTL and its `sentAt` are true. */
export type BuildPush = (route: PushRoute, sentAt: number) => PlatformPush

/** `awake`: ids of devices that have the call already, and are left alone. */
export type What = { channelOf: (device: Device) => Channel; build: BuildPush; awake: ReadonlySet<string> }

export type DeliverPorts = { apps: Apps; pusher: Pusher; clock: Clock; random: () => number }

/** Pushes to every device at once; one that fails never keeps another from its push. Answers when all are settled. */
export function deliverAll(
  ports: DeliverPorts,
  devices: Device[],
  { channelOf, build, awake }: What,
  window: Window,
): Promise<Delivery[]> {
  // The trace finds a push's log by its app. One app needs no telling: DynamoDB bills an item by the KiB.
  const several = Object.keys(ports.apps).length > 1
  function without(device: Device): Result | undefined {
    if (awake.has(device.deviceId)) return { outcome: 'skipped', reason: 'awake' }
    return newestOf(devices, device, channelOf) === device ? undefined : { outcome: 'skipped', reason: 'same_phone' }
  }
  return Promise.all(
    devices.map(async (device) => {
      const { deviceId, platform, app } = device
      const outcome = without(device) ?? (await deliver(ports, device, channelOf(device), build, window))
      return { deviceId, platform, ...(several && { app }), ...outcome, at: isoTime(ports.clock.now()) }
    }),
  )
}

/** A token that moves to another deviceId stands on both until the relay has heard of the removal: one phone, which is pushed to once. */
function newestOf(devices: Device[], device: Device, channelOf: (device: Device) => Channel): Device {
  const endpointOf = (each: Device) => each.endpoints[channelOf(each)]
  const endpoint = endpointOf(device)
  const same = endpoint === undefined ? [device] : devices.filter((each) => endpointOf(each) === endpoint)
  return same.reduce((newest, each) => (each.version > newest.version ? each : newest))
}

type Result = Pick<Delivery, 'outcome' | 'messageId' | 'reason'>

async function deliver(ports: DeliverPorts, device: Device, channel: Channel, build: BuildPush, window: Window): Promise<Result> {
  const { apps, pusher, clock, random } = ports
  const endpoint = device.endpoints[channel]
  if (!endpoint) return { outcome: 'skipped', reason: `no_${channel}_token` }
  const route = routeOf(apps, device.app, channel)
  if (!route) return { outcome: 'rejected', reason: 'unknown_app' }

  const end = Math.min(window.expiresAt, window.until)
  let outcome: Outcome = { kind: 'retry', reason: 'relay_slow' }
  for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MS)) {
    const now = clock.now()
    if (now >= window.expiresAt) return { outcome: 'expired', reason: 'ring_window_over' }
    if (now >= end) break
    outcome = await pusher.publish(endpoint, build(route, now), end - now)
    // SNS may have taken a push that it did not answer in time, and the SDK has asked twice: a third would be one too many.
    if (outcome.kind !== 'retry' || outcome.reason === 'sns_slow') break
    // Half of it drawn: a burst of throttled pushes must not come back as the same burst. No wait outlasts the lease.
    const wait = backoff * (0.5 + random() / 2)
    if (clock.now() + wait >= end) break
    await clock.sleep(wait)
  }
  if (outcome.kind === 'accepted') return { outcome: 'accepted', messageId: outcome.messageId }
  // A dead alert token does not make a phone unreachable for calls: only the channel that rings decides.
  if (outcome.kind === 'gone' && channel !== ringChannel(device)) return { outcome: 'skipped', reason: `dead_${channel}_token` }
  return { outcome: outcome.kind, reason: outcome.reason }
}

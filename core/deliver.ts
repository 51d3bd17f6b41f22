import type { Delivery } from '../wire/delivery.ts'
import type { PlatformPush, PushRoute } from '../wire/payload.ts'
import { type Apps, type Channel, routeOf } from './apps.ts'
import { type Clock, isoTime } from './clock.ts'
import type { Device } from './device.ts'
import type { Outcome } from './outcome.ts'
import type { Pusher } from './ports.ts'

const BACKOFF_MS = [80, 160, 320, 640]

/** `expiresAt`: nothing is sent after it. `until`: when trying again ends, inside the lease of the claim. In ms. */
export type Window = { expiresAt: number; until: number }

/** Builds the push anew for every try, so that its TTL and its `sentAt` are true. */
export type BuildPush = (route: PushRoute, sentAt: number) => PlatformPush

export type DeliverPorts = { apps: Apps; pusher: Pusher; clock: Clock; random: () => number }

/** Pushes to every device at once; one that fails never keeps another from its push. Answers when all are settled. */
export function deliverAll(
  ports: DeliverPorts,
  devices: Device[],
  channelOf: (device: Device) => Channel,
  build: BuildPush,
  window: Window,
): Promise<Delivery[]> {
  return Promise.all(
    devices.map(async (device) => {
      const outcome = await deliver(ports, device, channelOf(device), build, window)
      return { deviceId: device.deviceId, platform: device.platform, ...outcome, at: isoTime(ports.clock.now()) }
    }),
  )
}

type Result = Pick<Delivery, 'outcome' | 'messageId' | 'reason'>

async function deliver(ports: DeliverPorts, device: Device, channel: Channel, build: BuildPush, window: Window): Promise<Result> {
  const { apps, pusher, clock, random } = ports
  const endpoint = device.endpoints[channel]
  if (!endpoint) return { outcome: 'skipped', reason: `no_${channel}_token` }
  const route = routeOf(apps, device.app, channel)
  if (!route) return { outcome: 'rejected', reason: 'unknown_app' }

  let last: Outcome | undefined
  for (const backoff of [...BACKOFF_MS, 0]) {
    const now = clock.now()
    const left = Math.min(window.expiresAt, window.until) - now
    if (left <= 0) break
    last = await pusher.publish(endpoint, build(route, now), left)
    if (last.kind !== 'retry') break
    // Full jitter: a burst of throttled pushes must not come back as the same burst. No wait outlasts the lease.
    const wait = backoff * random()
    if (clock.now() + wait >= Math.min(window.expiresAt, window.until)) break
    await clock.sleep(wait)
  }
  if (!last) return { outcome: 'expired', reason: 'ring_window_over' }
  return last.kind === 'accepted'
    ? { outcome: 'accepted', messageId: last.messageId }
    : { outcome: last.kind, reason: last.reason }
}

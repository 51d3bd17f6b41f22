import type { Delivery } from '../wire/delivery.ts'
import { Problem } from '../wire/problem.ts'
import type { Channel } from './apps.ts'
import { claimOnce, type Held, PUSH_MS } from './claim.ts'
import { type BuildPush, type DeliverPorts, deliverAll, type What } from './deliver.ts'
import type { Device } from './device.ts'
import { type EndpointPorts, pruneDevice } from './endpoint.ts'
import type { Pbx } from './pbx.ts'
import type { ClaimFields, ClaimItem, ClaimKey, Claims, DeviceStore, Report } from './ports.ts'
import { type Rate, rateHeaders } from './rate.ts'

export type PushPorts = DeliverPorts & EndpointPorts & { devices: DeviceStore; claims: Claims; rate: Rate; report: Report }

/** What to push, once a key: `fields.to` is the extension, `fields.deadline` when it is over. */
export type Job = {
  key: ClaimKey
  fields: ClaimFields & { to: string; deadline: number }
  channelOf: (device: Device) => Channel
  build: (deadline: number) => BuildPush
}

/** `headers` are the rate limit's, `quotaUsed` what is used up of it in percent; a repeat has none, it took nothing of the quota. */
export type Pushed = {
  item: ClaimItem
  deliveries: Delivery[]
  repeated: boolean
  headers: Record<string, string>
  quotaUsed: number | undefined
}

/**
 * Pushes to every device of an extension, once. Two rounds to AWS until the phones wake: the devices and the claim at
 * once, then all pushes at once. A repeat answers the first result. Throws `push_rate_exceeded`, and can then be repeated.
 */
export async function pushOnce(ports: PushPorts, pbx: Pbx, { key, fields, channelOf, build }: Job): Promise<Pushed> {
  const { claims, clock, devices, rate } = ports
  const [targets, claim] = await Promise.all([devices.of(pbx.id, fields.to), claimOnce(claims, clock, key, fields)])
  const { item } = claim
  if (item.to !== undefined && item.to !== fields.to) {
    if (claim.state === 'held') await claims.release(key, claim.until)
    throw new Problem('id_conflict', 'This id has been used for another extension; use one of its own for each that is called.')
  }
  if (claim.state === 'done')
    return { item, deliveries: claim.result?.deliveries ?? [], repeated: true, headers: {}, quotaUsed: undefined }

  const quota = pbx.quotas.pushesPerMinute
  const awake = new Set(item.awake)
  const asleep = targets.filter(({ deviceId }) => !awake.has(deviceId))
  const state = rate.take(pbx.id, asleep.length, quota)
  const headers = rateHeaders(state, quota)
  if (!state.allowed) {
    await claims.release(key, claim.until)
    throw new Problem('push_rate_exceeded', `This PBX may push ${quota} times a minute; repeat in ${state.resetSeconds} s.`, {
      headers: { ...headers, 'retry-after': String(state.resetSeconds) },
    })
  }
  // After a take-over the first request's deadline counts, not the repeat's.
  const { deadline = fields.deadline } = item
  const deliveries = await pushTo(ports, pbx, { key, claim, targets, channelOf, build: build(deadline), awake, deadline })
  return { item, deliveries, repeated: false, headers, quotaUsed: Math.round(100 * (1 - state.remaining / quota)) }
}

type Targets = What & { key: ClaimKey; claim: Held; targets: Device[]; deadline: number }

/** Pushes to these devices under a claim that is held, then writes the result, prunes the dead and shares the rate. */
export async function pushTo(ports: PushPorts, pbx: Pbx, job: Targets): Promise<Delivery[]> {
  const { claims, clock, rate, report } = ports
  const { key, claim, targets, deadline } = job
  const deliveries = await deliverAll(ports, targets, job, { expiresAt: deadline, until: claim.now + PUSH_MS })
  const dead = targets.filter((_, i) => deliveries[i]?.outcome === 'gone')
  const work: [what: string, work: Promise<unknown>][] = [
    ['result not written', claims.finish(key, claim.until, { at: clock.now(), deliveries }, isFinal(deliveries))],
    ['rate not shared', rate.flush(pbx.id, pbx.quotas.pushesPerMinute)],
    ...dead.map((device): [string, Promise<unknown>] => ['dead device not pruned', pruneDevice(ports, device)]),
  ]
  // The phones are waking already, so nothing that fails here may fail the answer: it is reported instead.
  await Promise.all(work.map(([what, promise]) => promise.catch((error: unknown) => report(what, error))))
  return deliveries
}

/** How many pushes SNS took. */
export const taken = (deliveries: Delivery[]): number => deliveries.filter(({ outcome }) => outcome === 'accepted').length

/** Where SNS took nothing and was only throttled or failing, a repeat may try again: it cannot push twice. */
const isFinal = (deliveries: Delivery[]): boolean =>
  deliveries.some(({ outcome, reason }) => outcome === 'accepted' || reason === 'sns_slow') ||
  !deliveries.some(({ outcome }) => outcome === 'retry')

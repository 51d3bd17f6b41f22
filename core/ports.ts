import type { CancelReason } from '../wire/calls.ts'
import type { Delivery } from '../wire/delivery.ts'
import type { PlatformPush } from '../wire/payload.ts'
import type { Device, DeviceKey, StoredDevice } from './device.ts'
import type { Outcome } from './outcome.ts'

/** Devices by extension. All reads are strongly consistent: a phone that registered a moment ago rings. */
export type DeviceStore = {
  of: (pbx: string, extension: string) => Promise<Device[]>
  get: (key: DeviceKey) => Promise<StoredDevice | undefined>
  /** Applied only if its version is newer than the stored one; gives what was stored before, applied or not. */
  put: (device: Device) => Promise<{ applied: boolean; stored: StoredDevice | undefined }>
  /** Puts a tombstone in the device's place: for a `newer` version, or `same` to prune exactly the version that was seen. */
  bury: (
    key: DeviceKey,
    version: number,
    when: 'newer' | 'same',
    now: number,
  ) => Promise<{ applied: boolean; stored: StoredDevice | undefined }>
  /** How many live devices a PBX has: a counter that `count` changes, close to exact. */
  countOf: (pbx: string) => Promise<number>
  count: (pbx: string, change: 1 | -1) => Promise<void>
}

/** Which devices an SNS endpoint serves: one token may be registered on several extensions and PBXs. */
export type EndpointLinks = {
  /** Links the device, unless a newer version of it has done so already. */
  link: (arn: string, key: DeviceKey, version: number) => Promise<void>
  /** Removes the link unless a newer version of the device has written it again. */
  unlink: (arn: string, key: DeviceKey, version: number) => Promise<void>
  of: (arn: string, now: number) => Promise<{ devices: number; closing: boolean }>
  /** The devices that are linked; one may be gone, or use another endpoint by now. */
  devicesOf: (arn: string) => Promise<DeviceKey[]>
  /** Sets a mark of its own that the endpoint may be deleted, and gives its id; void after a minute, should its setter die. */
  setClosing: (arn: string, now: number) => Promise<string>
  clearClosing: (arn: string, mark: string) => Promise<void>
}

/**
 * SNS platform endpoints. `create` gives the ARN of the endpoint that the token has, new or not; it may be disabled. `enable` answers
 * false if the endpoint is not there any more.
 */
export type Endpoints = {
  create: (applicationArn: string, token: string) => Promise<string>
  enable: (arn: string) => Promise<boolean>
  remove: (arn: string) => Promise<void>
}

/** Publishes to one endpoint, answering within `timeoutMs`, whatever SNS does. */
export type Pusher = { publish: (endpointArn: string, push: PlatformPush, timeoutMs: number) => Promise<Outcome> }

/** What can be done once: ring a call, cancel it, push a message. */
export type Slot = 'ring' | 'cancel' | 'message'
export type ClaimKey = { pbx: string; id: string; slot: Slot }

/** Written by the first claim and kept by every later one. Times in ms by the relay's clock; `from` is the caller as it may be stored. */
export type ClaimFields = {
  to?: string
  from?: string
  askedAt?: number
  receivedAt?: number
  deadline?: number
  /** Ids of devices that have the call already: neither it nor its cancel is pushed to them. */
  awake?: readonly string[]
  cancelReason?: CancelReason
  cancelledAt?: number
}
export type ClaimResult = { at: number; deliveries: Delivery[] }
export type ClaimItem = ClaimFields & { lease: Partial<Record<Slot, number>>; result: Partial<Record<Slot, ClaimResult>> }

/** The claim of a slot is a lease until `until`; it can be taken while there is neither a final result nor a running lease. */
export type Claims = {
  take: (
    key: ClaimKey,
    lease: { now: number; until: number },
    fields: ClaimFields,
  ) => Promise<{ taken: boolean; item: ClaimItem }>
  /**
   * Writes the result if the lease is still held by whoever was given `until`. After one that is not final the claim can
   * be taken again.
   */
  finish: (key: ClaimKey, until: number, result: ClaimResult, final: boolean) => Promise<void>
  /** Gives the lease back; the first fields stay, the ring's deadline among them. */
  release: (key: ClaimKey, until: number) => Promise<void>
  get: (pbx: string, callId: string) => Promise<ClaimItem | undefined>
}

/** The shared counter of pushes of one minute; gives the sum after adding. */
export type RateStore = { add: (pbx: string, minute: number, pushes: number) => Promise<number> }

/** Where the rules tell what went wrong beside the answer that they still can give. */
export type Report = (what: string, error: unknown) => void

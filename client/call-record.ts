import type { CancelReason } from '../wire/calls.ts'
import type { Delivery } from '../wire/delivery.ts'
import type { PnsProblemCode } from './problem.ts'

/** What a PBX may tell of a phone and a call, beside that it woke. */
export const PHONE_STEPS = ['invited', 'answered'] as const
export type PhoneStep = 'woke' | (typeof PHONE_STEPS)[number]

/**
 * A device of a call: what became of its push, and when its phone did what, in ms since the PBX asked. `refused`: why Apple or
 * Google did not take it, if somebody has looked at the trace.
 */
export type CallDevice = Pick<Delivery, 'deviceId' | 'platform' | 'outcome' | 'reason'> & {
  refused?: string
  steps: { readonly [Step in PhoneStep]?: number }
}

/**
 * A call as this PNS saw it. `askedAt`: ms since 1970; all other times are ms since then. `pushedMs`: when the relay had
 * answered; `failed`: when and why the PNS gave up.
 */
export type CallRecord = {
  callId: string
  to: string
  from: { number: string; name?: string | undefined }
  askedAt: number
  ringSeconds: number
  pushedMs?: number
  failed?: { ms: number; code: PnsProblemCode }
  cancelled?: { ms: number; reason: CancelReason }
  devices: readonly CallDevice[]
}

/** In the order in which a call can have them. `nobody`: no device is registered; `refused`: no push was accepted. */
export type CallState = 'asked' | 'failed' | 'nobody' | 'refused' | 'pushed' | 'woke' | 'answered' | 'cancelled'

const someDevice = ({ devices }: CallRecord, step: PhoneStep): boolean => devices.some(({ steps }) => steps[step] !== undefined)

/** How a call stands. A phone that woke for a call that the relay never acknowledged has woken all the same. */
export function stateOf(call: CallRecord): CallState {
  if (someDevice(call, 'answered') || call.cancelled?.reason === 'answered_elsewhere') return 'answered'
  if (call.cancelled) return 'cancelled'
  if (someDevice(call, 'woke')) return 'woke'
  if (call.failed) return 'failed'
  if (call.pushedMs === undefined) return 'asked'
  if (call.devices.length === 0) return 'nobody'
  return call.devices.some(({ outcome }) => outcome === 'accepted') ? 'pushed' : 'refused'
}

/** The states in which phones may ring. */
const RINGING: readonly CallState[] = ['asked', 'pushed', 'woke']

/** Whether phones may ring for it at a time, in ms since 1970; `missed`: they did, and nobody answered. */
export function ringingOf(call: CallRecord, now: number): 'ringing' | 'missed' | 'over' {
  if (!RINGING.includes(stateOf(call))) return 'over'
  return now - call.askedAt < call.ringSeconds * 1000 ? 'ringing' : 'missed'
}

/** The devices of the relay's answer, with what their phones did before it came. */
export function withDeliveries(call: CallRecord, deliveries: readonly Delivery[]): readonly CallDevice[] {
  return deliveries.map(({ deviceId, platform, outcome, reason }) => {
    const { steps = {} } = call.devices.find((device) => device.deviceId === deviceId) ?? {}
    return { deviceId, platform, outcome, ...(reason !== undefined && { reason }), steps }
  })
}

/** The first of each step counts. A device that the relay has not named yet is `accepted` for now: its phone is there. */
export function withStep(call: CallRecord, device: Pick<CallDevice, 'deviceId' | 'platform'>, step: PhoneStep, ms: number) {
  const known = call.devices.find(({ deviceId }) => deviceId === device.deviceId)
  const { steps = {}, ...rest } = known ?? { outcome: 'accepted' as const }
  const changed: CallDevice = { ...device, ...rest, steps: { [step]: ms, ...steps } }
  return known ? call.devices.map((one) => (one === known ? changed : one)) : [...call.devices, changed]
}

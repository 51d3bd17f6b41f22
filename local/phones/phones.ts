/** Simulated phones with a softphone app: a test instrument and a demo. They do with a push what iOS, Android and the app would. */

import type { CallPayload, CancelPayload, WakePayload } from '../../wire/wake.ts'
import type { Clock } from '../clock.ts'
import { type CallState, DEEDS, type Deed, type PhoneCall } from './call.ts'
import { drawWakeDelay } from './delay.ts'
import type { Sight, SightKind } from './history.ts'
import type { PhonePush } from './push.ts'
import { readWake } from './wake.ts'

/** A phone woke for a call: now it would register by SIP. `pushedAt` and `at` in ms since 1970 by the phone's clock. */
export type PhoneWake = {
  phone: string
  platform: PhonePush['platform']
  callId: string
  uuid: string
  extension: string
  payload: CallPayload
  pushedAt: number
  at: number
}

/** `calls` has the oldest first. `act` does it with the newest call that it can be done with, and gives that. */
export type Phones = {
  receive: (push: PhonePush) => void
  act: (phone: string, deed: Deed) => PhoneCall | undefined
  history: (phone: string) => readonly Sight[]
  calls: (phone: string) => readonly PhoneCall[]
  state: (phone: string, uuid: string) => CallState
  names: () => string[]
  forget: (phone: string) => void
}

type PhonesOptions = { clock: Clock; random: () => number; onWake: (wake: PhoneWake) => void; onSight?: () => void }
type Phone = { history: Sight[]; calls: Map<string, PhoneCall> }

/** No cancel changes these. */
const SETTLED: readonly CallState[] = ['talking', 'ended', 'expired']

/** `random` draws from [0, 1). A phone comes into being with the first push to it. */
export function createPhones({ clock, random, onWake, onSight = () => {} }: PhonesOptions): Phones {
  const phones = new Map<string, Phone>()

  const phoneOf = (name: string): Phone => {
    const phone = phones.get(name) ?? { history: [], calls: new Map() }
    phones.set(name, phone)
    return phone
  }

  const note = ({ history }: Phone, sight: Omit<Sight, 'at'>) => {
    history.push({ at: clock.now(), ...sight })
    onSight()
  }

  const see = (phone: Phone, kind: SightKind, wake?: WakePayload, detail?: string) => {
    const uuid = wake && wake.event !== 'message' ? { uuid: wake.uuid } : {}
    note(phone, { kind, ...uuid, ...(detail ? { detail } : {}) })
  }

  const enter = ({ calls }: Phone, wake: CallPayload | CancelPayload, state: CallState) => {
    const { callId, uuid } = wake
    const { at, from } = calls.get(uuid) ?? { at: clock.now(), from: wake.event === 'call' ? wake.from : undefined }
    calls.set(uuid, { callId, uuid, from, at, state })
  }

  const ring = (phone: Phone, push: PhonePush, call: CallPayload) => {
    const { uuid, callId, to, expiresAt } = call
    if (phone.calls.has(uuid)) return see(phone, 'repeated', call, `already ${stateOf(phone, uuid)}`)
    const left = () => Date.parse(expiresAt) - clock.now()
    const miss = () => {
      enter(phone, call, 'expired')
      see(phone, 'missed_call', call, `from ${call.from.name ?? call.from.number}`)
    }
    if (left() <= 0) return miss()

    const pushedAt = clock.now()
    enter(phone, call, 'waking')
    see(phone, 'waking', call)
    clock.after(drawWakeDelay(random), () => {
      if (stateOf(phone, uuid) !== 'waking') return
      if (left() <= 0) return miss()
      enter(phone, call, 'ringing')
      see(phone, 'ringing', call, `from ${call.from.name ?? call.from.number}`)
      clock.after(left(), () => {
        if (stateOf(phone, uuid) !== 'ringing') return
        enter(phone, call, 'expired')
        see(phone, 'expired', call)
      })
      const { platform, device } = push
      onWake({ phone: device.phone, platform, callId, uuid, extension: to, payload: call, pushedAt, at: clock.now() })
    })
  }

  const cancel = (phone: Phone, wake: CancelPayload) => {
    if (SETTLED.includes(stateOf(phone, wake.uuid))) return
    enter(phone, wake, 'cancelled')
    see(phone, 'cancelled', wake, wake.reason)
  }

  const receive = (push: PhonePush) => {
    const phone = phoneOf(push.device.phone)
    if (push.device.fate === 'never_wakes') return see(phone, 'asleep', undefined, 'the phone is off')
    if (push.platform === 'android' && isDozing(push)) return see(phone, 'asleep', undefined, 'priority is not high')
    const wake = readWake(push)
    see(phone, 'push', wake, push.platform === 'ios' ? push.pushType : 'data')
    if (push.platform === 'ios' && push.pushType === 'voip' && wake?.event !== 'call') {
      return see(phone, 'killed', wake, 'a VoIP push that reports no call')
    }
    if (!wake) return see(phone, 'unreadable')
    if (wake.event === 'message') return see(phone, 'message', wake, `from ${wake.from.name ?? wake.from.number}`)
    if (wake.event === 'cancel') return cancel(phone, wake)
    if (push.platform === 'ios' && push.pushType !== 'voip')
      return see(phone, 'asleep', wake, 'only a VoIP push wakes for a call')
    ring(phone, push, wake)
  }

  const act = (name: string, deed: Deed) => {
    const { when, becomes } = DEEDS[deed]
    const phone = phones.get(name)
    const call = [...(phone?.calls.values() ?? [])].findLast(({ state }) => state === when)
    if (!phone || !call) return undefined
    phone.calls.set(call.uuid, { ...call, state: becomes })
    note(phone, { kind: deed, uuid: call.uuid })
    return call
  }

  return {
    receive,
    act,
    history: (phone) => phones.get(phone)?.history ?? [],
    calls: (phone) => [...(phones.get(phone)?.calls.values() ?? [])],
    state: (phone, uuid) => stateOf(phones.get(phone), uuid),
    names: () => [...phones.keys()],
    forget: (phone) => void phones.delete(phone),
  }
}

const stateOf = (phone: Phone | undefined, uuid: string): CallState => phone?.calls.get(uuid)?.state ?? 'locked'

/** In Doze, Android holds back what has not high priority; a notification is shown at the next maintenance window. */
const isDozing = ({ message }: PhonePush & { platform: 'android' }): boolean =>
  message.android?.priority?.toLowerCase() !== 'high'

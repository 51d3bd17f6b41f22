/** Simulated phones with a softphone app: a test instrument and a demo. They do with a push what iOS, Android and the app would. */

import type { CallPayload, CancelPayload, WakePayload } from '../../wire/wake.ts'
import type { Clock } from '../clock.ts'
import { drawWakeDelay } from './delay.ts'
import type { Sight, SightKind } from './history.ts'
import type { PhonePush } from './push.ts'
import { readWake } from './wake.ts'

/** Where a phone stands with one call. A phone that knows nothing of the call is `locked`. */
type CallState = 'locked' | 'waking' | 'ringing' | 'cancelled' | 'expired'

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

export type Phones = {
  receive: (push: PhonePush) => void
  history: (phone: string) => readonly Sight[]
  state: (phone: string, uuid: string) => CallState
  names: () => string[]
}

type Phone = { history: Sight[]; calls: Map<string, CallState> }

/** `random` draws from [0, 1). A phone comes into being with the first push to it. */
export function createPhones(options: { clock: Clock; random: () => number; onWake: (wake: PhoneWake) => void }): Phones {
  const { clock, random, onWake } = options
  const phones = new Map<string, Phone>()

  const phoneOf = (name: string): Phone => {
    const phone = phones.get(name) ?? { history: [], calls: new Map() }
    phones.set(name, phone)
    return phone
  }

  const see = (phone: Phone, kind: SightKind, wake?: WakePayload, detail?: string) => {
    const uuid = wake && wake.event !== 'message' ? { uuid: wake.uuid } : {}
    phone.history.push({ at: clock.now(), kind, ...uuid, ...(detail ? { detail } : {}) })
  }

  const ring = (phone: Phone, push: PhonePush, call: CallPayload) => {
    const { uuid, callId, to, expiresAt } = call
    if (phone.calls.has(uuid)) return see(phone, 'repeated', call, `already ${phone.calls.get(uuid)}`)
    const left = () => Date.parse(expiresAt) - clock.now()
    const miss = () => {
      phone.calls.set(uuid, 'expired')
      see(phone, 'missed_call', call, `from ${call.from.name ?? call.from.number}`)
    }
    if (left() <= 0) return miss()

    const pushedAt = clock.now()
    phone.calls.set(uuid, 'waking')
    see(phone, 'waking', call)
    clock.after(drawWakeDelay(random), () => {
      if (phone.calls.get(uuid) !== 'waking') return
      if (left() <= 0) return miss()
      phone.calls.set(uuid, 'ringing')
      see(phone, 'ringing', call, `from ${call.from.name ?? call.from.number}`)
      clock.after(left(), () => {
        if (phone.calls.get(uuid) !== 'ringing') return
        phone.calls.set(uuid, 'expired')
        see(phone, 'expired', call)
      })
      const { platform, device } = push
      onWake({ phone: device.phone, platform, callId, uuid, extension: to, payload: call, pushedAt, at: clock.now() })
    })
  }

  const cancel = (phone: Phone, wake: CancelPayload) => {
    if (phone.calls.get(wake.uuid) === 'expired') return
    phone.calls.set(wake.uuid, 'cancelled')
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

  return {
    receive,
    history: (phone) => phones.get(phone)?.history ?? [],
    state: (phone, uuid) => phones.get(phone)?.calls.get(uuid) ?? 'locked',
    names: () => [...phones.keys()],
  }
}

/** In Doze, Android holds back what has not high priority; a notification is shown at the next maintenance window. */
const isDozing = ({ message }: PhonePush & { platform: 'android' }): boolean =>
  message.android?.priority?.toLowerCase() !== 'high'

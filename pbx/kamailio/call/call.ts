import type { PhoneStep } from '../../../client/call-record.ts'
import type { CancelReason } from '../../../wire/calls.ts'
import type { CallEvent, CallPorts, CallRules, HoldEnd, Phone } from './events.ts'

/** `woke`: it was heard after the push was asked for. */
type Heard = Phone & { woke: boolean; refused?: number }

const isBusy = (status: number) => status === 486 || status === 600
/** It was not there: it may have moved, and come back. */
const isLost = (status: number | undefined) => status === 408 || (status !== undefined && status >= 500 && status < 600)

/**
 * One call to one user that Kamailio holds, as a state machine: events in, effects out. Kamailio gives the call to every phone
 * that is heard; here it is decided who is pushed to, and when nobody can come any more. Every event may come twice or late.
 */
export function createCall(rules: CallRules, { act, note }: CallPorts) {
  const heard = new Map<string, Heard>()
  /** Those that came when Kamailio's call was over, while nothing of that was known here. */
  const came = new Map<string, Phone>()
  let phase: 'held' | 'over' = 'held'
  let push: 'waiting' | 'asking' | 'failed' | readonly string[] = 'waiting'
  let [isAnswered, holdOver] = [false, false]
  let owed: CancelReason | undefined

  const phones = () => [...heard.values()]
  /** How many of those that were pushed to have not been heard; a phone without a device of its own may be any of them. */
  function asleep(): number {
    if (typeof push === 'string') return 0
    const ids = new Set(phones().map(({ deviceId }) => deviceId))
    const others = phones().filter(({ woke, token, deviceId }) => woke && token !== undefined && deviceId === undefined)
    return Math.max(0, push.filter((id) => !ids.has(id)).length - others.length)
  }

  /** Whether the push was for this phone, as far as is known. */
  const isPushedTo = ({ deviceId }: Phone) =>
    push === 'asking' || (typeof push !== 'string' && (deviceId === undefined ? asleep() > 0 : push.includes(deviceId)))

  function askPush(): void {
    if (push !== 'waiting' || phase === 'over') return
    push = 'asking'
    act({ type: 'push', awake: phones().flatMap(({ token }) => token ?? []) })
  }

  function end(cancel: CancelReason, details: Record<string, unknown>): void {
    phase = 'over'
    note('over', details)
    // Whom the push goes to is known when it has been answered.
    if (push === 'asking') owed = cancel
    else if (asleep() > 0) act({ type: 'cancel_push', reason: cancel })
    for (const phone of came.values()) late(phone)
  }

  function finish(status: HoldEnd, cancel: CancelReason): void {
    if (phase === 'over') return
    end(cancel, { status })
    act({ type: 'end_hold', status })
  }

  /** The hold ends when nobody rings, and nobody is on the way. */
  function settle(): void {
    if (phase === 'over' || push === 'waiting' || push === 'asking') return
    if (phones().some(({ refused }) => refused === undefined)) return
    if (asleep() > 0 && !holdOver) return
    const statuses = phones().map(({ refused }) => refused ?? 0)
    finish(statuses.some(isBusy) ? 486 : statuses.includes(603) ? 603 : 504, holdOver ? 'timed_out' : 'declined')
  }

  function tell(step: PhoneStep, phone: Phone | undefined): void {
    if (phone?.token !== undefined) act({ type: 'tell', step, token: phone.token })
  }

  function late(phone: Phone): void {
    if (heard.has(phone.id) || phone.token === undefined || !rules.stopLateRings || !isPushedTo(phone)) return
    heard.set(phone.id, { ...phone, woke: true })
    note('late')
    tell('woke', phone)
    act({ type: 'short_ring', phone, answered: isAnswered })
  }

  function hear(phone: Phone): void {
    const known = heard.get(phone.id)
    // What it answered was told before.
    const early = known?.ruid === '' && !isLost(known.refused) ? known.refused : undefined
    if (known && early === undefined && !isLost(known.refused)) return
    const woke = known?.woke ?? push !== 'waiting'
    heard.set(phone.id, { ...phone, woke, ...(early !== undefined && { refused: early }) })
    if (known && early === undefined) return
    note('phone heard', { woke })
    if (woke) tell('woke', phone)
    tell('invited', phone)
    if (heard.size >= rules.pinged) askPush()
    settle()
  }

  function refuse(id: string, status: number): void {
    // That a phone is there may be told after what it answered.
    const phone = heard.get(id) ?? { id, ruid: '', token: undefined, deviceId: undefined, woke: push !== 'waiting' }
    heard.set(id, { ...phone, refused: status })
    note('phone refused', { status })
    const stop = (isBusy(status) && rules.onBusy === 'stop') || (status === 603 && rules.onDecline === 'stop')
    if (stop) finish(isBusy(status) ? 600 : 603, 'declined')
    else settle()
  }

  const HANDLERS: { [T in CallEvent['type']]: (event: Extract<CallEvent, { type: T }>) => void } = {
    heard: ({ phone }) => hear(phone),
    registered({ phone }) {
      if (phase === 'over') late(phone)
      else came.set(phone.id, phone)
    },
    refused: ({ phone, status }) => refuse(phone, status),
    phone_answered: ({ phone }) => tell('answered', heard.get(phone)),
    pings_over: askPush,
    pushed({ devices }) {
      push = devices
      note('pushed', { devices: devices.length })
      if (owed && asleep() > 0) act({ type: 'cancel_push', reason: owed })
      settle()
    },
    not_pushed() {
      push = 'failed'
      note('not pushed')
      if (phase === 'held') act({ type: 'ring_all' })
    },
    // What they answer is the caller's answer, as without this.
    all_rung: () => finish(504, 'timed_out'),
    hold_over() {
      holdOver = true
      settle()
    },
    answered() {
      if (phase === 'over') return
      isAnswered = true
      end('answered_elsewhere', { answered: true })
    },
    caller_gone() {
      if (phase === 'held') end('caller_hung_up', { by: 'caller' })
    },
  }

  return {
    /** Nobody is waited for where nobody was pinged. */
    begin(): void {
      if (rules.pinged === 0) askPush()
    },
    isHeld: () => phase === 'held',
    handle: (event: CallEvent) => HANDLERS[event.type](event as never),
  }
}

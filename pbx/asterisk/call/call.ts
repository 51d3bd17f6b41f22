import type { CancelReason } from '../../../wire/calls.ts'
import type { HangupReason } from '../ari/rest.ts'
import { type Contact, createContacts, type Known } from './contacts.ts'
import type { CallEvent, CallPorts, CallRules, Phase } from './events.ts'
import { type Outcome, outcomeOf, type Status, statusOf } from './outcome.ts'

type Leg = { contact: Contact; at: number; ringing: boolean }

/** An INVITE that has been heard of by nobody for so long went to a port that its phone has left. */
const SILENT_MS = 2_000

/**
 * One call to one extension, as a state machine: events in, effects out. Every event may come twice, late, or for a leg that
 * is no more; none of that matters.
 */
export function createCall(rules: CallRules, { act, note, newLeg, now }: CallPorts) {
  const startedAt = now()
  const legs = new Map<string, Leg>()
  const contacts = createContacts()
  let phase: Phase = 'ringing'
  let [contactsRead, stopped, isAnswered] = [false, false, false]
  let push: 'asking' | 'failed' | number = 'asking'
  let wakeMs: number | undefined
  let peer: string | undefined

  const devices = () => (typeof push === 'number' ? push : 0)
  /** Whether a phone that was pushed to may still be on its way. */
  const someAsleep = () => push === 'asking' || devices() > contacts.reached().length

  function dial(contact: Contact, woke: boolean): void {
    const leg = newLeg()
    contacts.add(contact, woke)
    legs.set(leg, { contact, at: now(), ringing: false })
    note('dialled', { leg, at: contact.place, woke })
    act({ type: 'dial', leg, contact })
    tell('invited', contact)
  }

  /** A phone without a token was not pushed to, unless it came after that. */
  function tell(step: 'invited' | 'answered', contact: Contact): void {
    if (contact.phone !== undefined || contacts.find(contact)?.woke) act({ type: 'tell', step, contact })
  }

  function hangUp(leg: string, reason: HangupReason): void {
    legs.delete(leg)
    act({ type: 'hang_up', leg, reason })
  }

  const hangUpAll = (reason: HangupReason) => {
    for (const leg of legs.keys()) hangUp(leg, reason)
  }

  function end(next: 'answered' | 'over', reason: HangupReason, cancel: CancelReason, details: Record<string, unknown>): void {
    phase = next
    note(next, details)
    hangUpAll(reason)
    if (push !== 'failed' && someAsleep()) act({ type: 'cancel_push', reason: cancel })
  }

  function handBack(status: Status, name?: string): void {
    const result = { status, devices: devices(), woke: contacts.woke(), wakeMs }
    act({ type: 'hand_back', ...result, ...(name !== undefined && { peer: name }) })
  }

  function finish(status: Status, cancel: CancelReason): void {
    end('over', 'normal', cancel, { status })
    handBack(status)
  }

  /** Nobody rings: the call is over, unless a phone may still wake. */
  function settle(): void {
    if (phase !== 'ringing' || !contactsRead || push === 'asking' || legs.size > 0) return
    const refused = contacts.reached().filter(({ outcome }) => outcome !== undefined)
    if (devices() > refused.length) return
    finish(statusOf(contacts.outcomes(), push === 'failed' ? undefined : push), 'declined')
  }

  const legOf = (known: Contact) => [...legs].find(([, { contact }]) => contacts.find(contact) === known)?.[0]

  /** Whether a contact that is known is to be dialled anew; its old leg is ended then. */
  function isToRedial(known: Known, contact: Contact): boolean {
    const id = legOf(known)
    const leg = id === undefined ? undefined : legs.get(id)
    if (id === undefined || leg === undefined) return known.outcome !== 'busy' && known.outcome !== 'declined'
    if (leg.ringing || (known.place === contact.place && now() - leg.at < SILENT_MS)) return false
    hangUp(id, 'normal')
    return true
  }

  function registered(contact: Contact): void {
    const known = contacts.find(contact)
    if (phase === 'ringing') {
      if (known && !isToRedial(known, contact)) return
      wakeMs ??= now() - startedAt
      dial(contact, true)
      act({ type: 'tell', step: 'woke', contact })
    } else if (!known && rules.stopLateRings && !stopped && someAsleep()) {
      contacts.add(contact, true)
      note('late', { at: contact.place })
      act({ type: 'tell', step: 'woke', contact })
      shortRing(contact)
    }
  }

  function legAnswered(id: string, name: string): void {
    if (id === peer) return
    const leg = legs.get(id)
    // The caller has gone, or another was faster.
    if (phase !== 'ringing' || !leg) {
      hangUp(id, isAnswered ? 'answered_elsewhere' : 'normal')
      return
    }
    legs.delete(id)
    tell('answered', leg.contact)
    peer = id
    isAnswered = true
    end('answered', 'answered_elsewhere', 'answered_elsewhere', { leg: id, ms: Math.round(now() - startedAt) })
    handBack('ANSWERED', name)
  }

  /** Whether there was such a leg. */
  function legEnded(id: string, outcome: Outcome, details = {}): boolean {
    const leg = legs.get(id)
    if (id === peer) peer = undefined
    if (!leg) return false
    legs.delete(id)
    contacts.ended(leg.contact, outcome)
    note('leg over', { leg: id, outcome, ...details })
    return true
  }

  function legOver(id: string, cause: number): void {
    const outcome = outcomeOf(cause)
    if (!legEnded(id, outcome, { cause })) return
    const stop = (outcome === 'busy' && rules.onBusy === 'stop') || (outcome === 'declined' && rules.onDecline === 'stop')
    if (stop && phase === 'ringing') finish('BUSY', 'declined')
    else settle()
  }

  /** A phone that woke, and whose caller went a moment before its INVITE, shows a call all the same. */
  function notDialled(leg: string, contact: Contact): void {
    if (phase === 'ringing') legOver(leg, 0)
    else if (rules.stopLateRings && !stopped) shortRing(contact)
  }

  function shortRing(contact: Contact): void {
    act({ type: 'short_ring', contact, reason: isAnswered ? 'answered_elsewhere' : 'normal' })
  }

  function dropPeer(): void {
    if (peer !== undefined) hangUp(peer, 'normal')
    peer = undefined
  }

  function callerGone(elsewhere: boolean): void {
    dropPeer()
    if (phase !== 'ringing') return
    isAnswered = elsewhere
    if (elsewhere) end('over', 'answered_elsewhere', 'answered_elsewhere', { by: 'another of a group' })
    else end('over', 'normal', 'caller_hung_up', { by: 'caller' })
  }

  /**
   * Read again, after events may have been missed: what is new among them has registered meanwhile, and a phone that was
   * lost rings once more. Asterisk hangs up what is answered while nobody listens.
   */
  function read(found: readonly Contact[]): void {
    for (const contact of phase === 'ringing' ? found : []) {
      const known = contacts.find(contact)
      if (!known && contactsRead) registered(contact)
      else if (!known || known.outcome === 'failed') dial(contact, false)
    }
    contactsRead = true
    settle()
  }

  function removed(contact: Contact): void {
    const known = contacts.find(contact)
    const id = known?.place === contact.place ? legOf(known) : undefined
    if (id === undefined || legs.get(id)?.ringing) return
    hangUp(id, 'normal')
    settle()
  }

  function legRings(id: string): void {
    const leg = legs.get(id)
    if (!leg || leg.ringing) return
    leg.ringing = true
    note('ringing', { leg: id })
  }

  const HANDLERS: { [T in CallEvent['type']]: (event: Extract<CallEvent, { type: T }>) => void } = {
    contacts: (event) => read(event.contacts),
    leg_found({ leg, contact }) {
      contacts.add(contact, false)
      legs.set(leg, { contact, at: startedAt, ringing: false })
    },
    pushed({ devices }) {
      push = devices
      note('pushed', { devices })
      settle()
    },
    not_pushed() {
      push = 'failed'
      note('not pushed')
      settle()
    },
    registered: (event) => registered(event.contact),
    removed: (event) => removed(event.contact),
    leg_ringing: (event) => legRings(event.leg),
    leg_answered: (event) => legAnswered(event.leg, event.name),
    not_dialled: (event) => notDialled(event.leg, event.contact),
    leg_lost: (event) => void legEnded(event.leg, 'failed'),
    leg_over: (event) => legOver(event.leg, event.cause),
    peer_joined({ leg }) {
      if (leg === peer) peer = undefined
    },
    peer_waits: dropPeer,
    caller_gone: ({ elsewhere = false }) => callerGone(elsewhere),
    window_over() {
      if (phase === 'ringing') finish('NOANSWER', 'timed_out')
    },
    stopped() {
      stopped = true
      if (phase === 'ringing') finish('', 'caller_hung_up')
    },
  }

  return {
    phase: () => phase,
    legs: () => [...legs].map(([leg, { at }]) => ({ leg, at })),
    handle: (event: CallEvent) => HANDLERS[event.type](event as never),
  }
}

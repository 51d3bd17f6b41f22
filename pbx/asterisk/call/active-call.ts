import type { Logger } from 'pino'
import type { PhoneStep } from '../../../client/call-record.ts'
import type { Settings } from '../../../client/load-settings.ts'
import type { Pns, PnsFailed } from '../../pns.ts'
import { type Ari, AriRefused, type Channel, type HangupReason } from '../ari/rest.ts'
import type { StasisArguments } from './arguments.ts'
import { createCall } from './call.ts'
import { createCaller } from './caller.ts'
import type { CallerId } from './caller-id.ts'
import type { Contact } from './contacts.ts'
import type { CallEvent, Effect, HandBack } from './events.ts'
import { createLegs, newLegId } from './legs.ts'

export type CallDeps = {
  ari: Ari
  pns: Pns
  rules: NonNullable<Settings['ari']>
  log: Logger
  now: () => number
  nameCall: (linkedid: string, extension: string) => string
  /** Events of this channel are the call's from now on. */
  claimLeg: (leg: string, call: ActiveCall) => void
  /** A stop waits for this. */
  track: (work: Promise<unknown>) => void
  /** No event is the call's any more. */
  done: (call: ActiveCall) => void
}

/** What another process left of a call: its id, how long it was to ring yet, and its legs. */
export type Found = { callId: string; endsInMs: number; legs: readonly { leg: string; contact: Contact }[] }

/** A caller in Stasis(): the state machine, and what it does to Asterisk and the PNS. */
export type ActiveCall = StasisArguments & {
  /** The caller's channel. */
  caller: () => string
  /** Another takes its place: an attended transfer that ends while phones ring. */
  replaceCaller: (channel: string) => void
  handle: (event: CallEvent) => void
  isRinging: () => boolean
  /** When the dialplan got the caller back, by `now`. */
  backAt: () => number | undefined
  legs: () => { leg: string; at: number }[]
  /** After a lost connection: tells Asterisk what it could not be told, and asks what could not be heard. */
  resume: () => void
  /** Lets go of everything as it is. */
  forget: () => void
}

/** A phone that is pushed to at the end of the window has this long to register. */
const LATE_MS = 10_000
/** The dialplan behind Stasis() joins caller and phone within milliseconds. */
const JOINS_WITHIN_MS = 5_000
/** A phone that says nothing for so long shows no call. */
const SHORT_RING_MS = 5_000

export function takeCall(deps: CallDeps, channel: Channel, args: StasisArguments, found?: Found): ActiveCall {
  const { ari, pns, rules, now } = deps
  const { extension, endpoint } = args
  const ringMs = found?.endsInMs ?? args.ringSeconds * 1000
  const endsAt = now() + ringMs
  const caller = createCaller(ari, rules, channel)
  const legs = createLegs(ari)
  const shortRings = new Map<string, HangupReason>()
  const timers = new Set<NodeJS.Timeout>()
  let log = deps.log.child({ channel: channel.id, extension })
  let owed: (() => void) | undefined
  let forgotten = false
  let backAt: number | undefined

  const after = (ms: number, run: () => void) => void timers.add(setTimeout(run, ms))

  const call: ActiveCall = {
    ...args,
    caller: caller.id,
    replaceCaller(fresh) {
      caller.replace(fresh)
      receive()
      attempt('the call has no signature', sign())
    },
    handle(event) {
      if ('leg' in event && shortRings.has(event.leg)) endShortRing(event.leg)
      else machine.handle(event)
    },
    isRinging: () => machine.phase() === 'ringing',
    backAt: () => backAt,
    legs: () => machine.legs(),
    resume() {
      owed?.()
      if (call.isRinging()) attempt('the contacts cannot be read', readContacts())
    },
    forget() {
      for (const leg of shortRings.keys()) endShortRing(leg)
      forgotten = true
      for (const timer of timers) clearTimeout(timer)
      deps.done(call)
    },
  }

  /** What fails because the caller hung up meanwhile is no fault. */
  function attempt(what: string, work: Promise<unknown>): void {
    deps.track(
      work.catch((error: Error) => {
        if (error instanceof AriRefused && error.gone) machine.handle({ type: 'caller_gone' })
        else log.warn({ err: error.message }, what)
      }),
    )
  }

  async function learn(): Promise<{ callId: string; from: CallerId }> {
    const { linkedid, from } = await caller.learn()
    const callId = found?.callId ?? deps.nameCall(linkedid, extension)
    log = deps.log.child({ callId, extension })
    return { callId, from }
  }

  const leftMs = () => Math.max(0, endsAt - now())
  const sign = async () => caller.sign((await facts).callId, leftMs())

  /** The net comes before all that may take its time: the dialplan waits for two seconds. */
  function receive(): void {
    attempt('the call has no net', caller.hold(leftMs()))
    attempt('the caller hears nothing', caller.hear())
  }

  async function readContacts(): Promise<void> {
    const read = await caller.contactsOf(endpoint)
    if ('fault' in read) log.warn({ endpoint, ...read }, 'no such PJSIP endpoint: is the extension right, or endpoint= missing?')
    machine.handle({ type: 'contacts', contacts: 'fault' in read ? [] : read })
  }

  async function push(): Promise<void> {
    try {
      const { callId, from } = await facts
      const wanted = { callId, to: extension, from: from.number, name: from.name, ringSeconds: args.ringSeconds }
      machine.handle({ type: 'pushed', devices: (await pns.pushCall(wanted)).length })
    } catch (error) {
      log.warn({ code: (error as PnsFailed).code }, (error as Error).message)
      machine.handle({ type: 'not_pushed' })
    }
  }

  async function dial(leg: string, contact: Contact, originator: string | undefined): Promise<void> {
    const seconds = Math.max(1, (endsAt - now()) / 1000) + 1
    await legs.dial(leg, contact, { extension, endpoint, caller: channel.caller, originator, seconds, ...(await facts) })
  }

  async function handBack(result: HandBack): Promise<void> {
    owed = undefined
    try {
      await caller.handBack(result)
      backAt = now()
      if (result.status === 'ANSWERED')
        after(JOINS_WITHIN_MS, () => attempt('a phone that nobody joined stays', dropWaiting(result.peer)))
    } catch (error) {
      if (error instanceof AriRefused) machine.handle({ type: 'caller_gone' })
      // Asterisk is away: it hears of this when it is back.
      else owed = () => act({ type: 'hand_back', ...result })
      throw error
    }
  }

  /** Bridge() has taken who talks out of Stasis(), and that may have gone unheard. */
  async function dropWaiting(peer: string | undefined): Promise<void> {
    const leg = (await ari.channels()).find(({ name }) => name === peer)
    if (leg?.dialplan.app_name === 'Stasis') machine.handle({ type: 'peer_waits' })
  }

  async function tell(step: PhoneStep, { phone }: Contact): Promise<void> {
    const { callId } = await facts
    await asked
    if (phone !== undefined) return pns.tell(step, { callId, extension }, { token: phone })
    const [only, ...others] = await pns.devices(extension)
    if (only !== undefined && others.length === 0) await pns.tell(step, { callId, extension }, { deviceId: only })
  }

  async function ringShortly(contact: Contact, reason: HangupReason): Promise<void> {
    const leg = newLegId(channel.id)
    deps.claimLeg(leg, call)
    shortRings.set(leg, reason)
    after(SHORT_RING_MS, () => endShortRing(leg))
    await dial(leg, contact, undefined)
  }

  function endShortRing(leg: string): void {
    const reason = shortRings.get(leg)
    if (reason === undefined) return
    shortRings.delete(leg)
    attempt('a late phone goes on ringing', legs.hangUp(leg, reason))
  }

  const EFFECTS: { [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void } = {
    dial({ leg, contact }) {
      deps.claimLeg(leg, call)
      const dialled = dial(leg, contact, caller.id()).catch((error: Error) => {
        log.warn({ leg, said: error.message }, 'Asterisk does not dial this contact')
        machine.handle({ type: 'not_dialled', leg, contact })
      })
      deps.track(dialled)
    },
    hang_up: ({ leg, reason }) => attempt('a leg is not hung up', legs.hangUp(leg, reason)),
    hand_back: (effect) => attempt('the call is not handed back', handBack(effect)),
    cancel_push: ({ reason }) =>
      attempt(
        'the push is not cancelled',
        facts.then(({ callId }) => pns.cancelCall(callId, reason)),
      ),
    tell: ({ step, contact }) => attempt('what the phone did is not told', tell(step, contact)),
    short_ring: ({ contact, reason }) => attempt('a late phone is not told', ringShortly(contact, reason)),
  }
  function act(effect: Effect): void {
    if (!forgotten) EFFECTS[effect.type](effect as never)
  }

  const machine = createCall(rules, {
    act,
    note: (transition, details) => log.info({ ...details }, transition),
    newLeg: () => newLegId(channel.id),
    now,
  })
  for (const { leg, contact } of found?.legs ?? []) {
    deps.claimLeg(leg, call)
    machine.handle({ type: 'leg_found', leg, contact })
  }
  receive()
  const facts = learn()
  attempt('the call has no signature', sign())
  const asked = push()
  attempt('the contacts cannot be read', readContacts())
  after(ringMs, () => machine.handle({ type: 'window_over' }))
  after(ringMs + LATE_MS, call.forget)
  return call
}

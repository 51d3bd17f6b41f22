import type { AriEvent } from './ari/events.ts'
import { AriRefused, type Channel, ignoreGone, LEG } from './ari/rest.ts'
import { type ActiveCall, type CallDeps, type Found, takeCall } from './call/active-call.ts'
import { readArguments, type StasisArguments } from './call/arguments.ts'
import { createCallIds } from './call/call-ids.ts'
import { CALL_ID, RINGS_UNTIL } from './call/caller.ts'
import { contactOf } from './call/contacts.ts'
import { isLeg, isLegOf, LEG_URI } from './call/legs.ts'

/** What became of a contact, as its own words go; `extension` is the AOR. */
export type ContactChange = { extension: string; uri: string; status: string }

export type ApplicationDeps = Pick<CallDeps, 'ari' | 'pns' | 'rules' | 'now' | 'log'> & {
  ringSeconds: number
  /** Of every PJSIP contact, whether it is called or not. */
  onContact: (change: ContactChange) => void
}

/** The hangup cause of a group's or queue's other members, when one of them has answered (Asterisk's causes.h). */
const ANSWERED_ELSEWHERE = 26

export type Application = ReturnType<typeof createApplication>

/** The calls in Stasis(), and which event is whose. */
export function createApplication({ ari, pns, rules, now, log, ringSeconds, onContact }: ApplicationDeps) {
  /** With the channels of its legs. */
  const calls = new Map<ActiveCall, string[]>()
  /** A caller's channel may go from one extension to the next: the call that it is in now. */
  const ofCaller = new Map<string, ActiveCall>()
  const ofLeg = new Map<string, ActiveCall>()

  function done(call: ActiveCall): void {
    for (const leg of calls.get(call) ?? []) ofLeg.delete(leg)
    calls.delete(call)
    if (ofCaller.get(call.caller()) === call) ofCaller.delete(call.caller())
  }

  function claimLeg(leg: string, call: ActiveCall): void {
    calls.set(call, [...(calls.get(call) ?? []), leg])
    ofLeg.set(leg, call)
  }

  /** What Asterisk and the PNS are being told. */
  const underWay = new Set<Promise<unknown>>()

  function track(work: Promise<unknown>): void {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  let stopping = false

  const deps: CallDeps = { ari, pns, rules, log, now, nameCall: createCallIds(), claimLeg, done, track }

  function take(channel: Channel, args: StasisArguments, found?: Found): ActiveCall {
    const call = takeCall(deps, channel, args, found)
    calls.set(call, calls.get(call) ?? [])
    ofCaller.set(channel.id, call)
    return call
  }

  function replace(old: string, fresh: string): void {
    const call = ofCaller.get(old)
    if (!call) return
    ofCaller.delete(old)
    ofCaller.set(fresh, call)
    call.replaceCaller(fresh)
  }

  function started({ args, channel, replace_channel }: Extract<AriEvent, { type: 'StasisStart' }>): void {
    if (args[0] === LEG) legStarted(channel)
    else if (replace_channel) replace(replace_channel.id, channel.id)
    else callStarted(channel, args)
  }

  function callStarted(channel: Channel, args: readonly string[]): void {
    // Who came while the connection was made has been adopted.
    if (ofCaller.get(channel.id)?.isRinging()) return
    const read = wanted(channel, args)
    if (read) take(channel, read)
  }

  /** Who cannot be rung for goes on with the dialplan. */
  function wanted(channel: Channel, args: readonly string[]): StasisArguments | undefined {
    const read = readArguments(args, ringSeconds)
    if (!('fault' in read) && !stopping) return read
    if ('fault' in read) {
      log.error({ channel: channel.id, fault: read.fault }, 'the arguments of Stasis() in the dialplan are wrong')
    }
    track(ari.continue(channel.id).catch(ignoreGone).catch(logFailure('a caller is not handed back')))
    return undefined
  }

  function legStarted({ id, name }: Channel): void {
    const call = ofLeg.get(id)
    if (call) call.handle({ type: 'leg_answered', leg: id, name })
    else dropLeg(id)
  }

  const logFailure = (what: string) => (error: Error) => log.warn({ err: error.message }, what)

  const dropLeg = (id: string) =>
    track(ari.hangup(id, 'normal').catch(ignoreGone).catch(logFailure('a leg of nobody is not hung up')))

  function channelGone(id: string, cause: number): void {
    ofCaller.get(id)?.handle({ type: 'caller_gone' })
    ofLeg.get(id)?.handle({ type: 'leg_over', leg: id, cause })
  }

  function left(id: string): void {
    const call = ofCaller.get(id)
    // A call that is over left because we said so.
    if (call?.isRinging()) call.handle({ type: 'caller_gone' })
    ofLeg.get(id)?.handle({ type: 'peer_joined', leg: id })
  }

  function happened(type: AriEvent['type'], { id, state }: Channel, cause: number): void {
    if (type === 'StasisEnd') left(id)
    if (type === 'ChannelDestroyed') channelGone(id, cause)
    if (type === 'ChannelHangupRequest')
      ofCaller.get(id)?.handle({ type: 'caller_gone', elsewhere: cause === ANSWERED_ELSEWHERE })
    if (type === 'ChannelStateChange' && state === 'Ringing') ofLeg.get(id)?.handle({ type: 'leg_ringing', leg: id })
  }

  function changed({ endpoint, contact_info }: Extract<AriEvent, { type: 'ContactStatusChange' }>): void {
    const { uri, contact_status: status, aor } = contact_info
    const contact = contactOf(uri)
    for (const call of calls.keys()) {
      if (call.endpoint !== endpoint.resource) continue
      if (status === 'Removed') call.handle({ type: 'removed', contact })
      else if (status !== 'Unreachable') call.handle({ type: 'registered', contact })
    }
    onContact({ extension: aor, uri, status })
  }

  /** In Stasis() of this application, as the dialplan has it. */
  const isOurs = ({ dialplan: { app_name, app_data = '' } }: Channel) =>
    app_name === 'Stasis' && app_data.split(',')[0] === ari.application

  /** Bridge() has taken it out of Stasis(). */
  const isTalking = (leg: Channel) => leg.state === 'Up' && !isOurs(leg)

  /** Whether nobody here has taken this caller, or was done with it before Asterisk was asked who there is. */
  function isUntaken(caller: string, askedAt: number): boolean {
    const call = ofCaller.get(caller)
    return call === undefined || (call.backAt() ?? askedAt) < askedAt
  }

  /** The leg of a caller whom another application has. */
  const isOfOthers = (leg: string, channels: readonly Channel[]) =>
    channels.some((channel) => channel.dialplan.app_name === 'Stasis' && !isOurs(channel) && isLegOf(leg, channel.id))

  function catchUp(call: ActiveCall, living: ReadonlyMap<string, Channel>, askedAt: number): void {
    for (const leg of calls.get(call) ?? []) {
      const channel = living.get(leg)
      if (channel && isTalking(channel)) call.handle({ type: 'peer_joined', leg })
    }
    for (const { leg, at } of call.legs()) {
      const channel = living.get(leg)
      if (channel) tellState(call, channel)
      else if (at < askedAt) call.handle({ type: 'leg_lost', leg })
    }
    if (living.has(call.caller())) call.resume()
    else call.handle({ type: 'caller_gone' })
  }

  function tellState(call: ActiveCall, { id, name, state }: Channel): void {
    if (state === 'Ringing') call.handle({ type: 'leg_ringing', leg: id })
    if (state === 'Up') call.handle({ type: 'leg_answered', leg: id, name })
  }

  const variableOf = (channel: string, name: string): Promise<string | undefined> =>
    ari.get(channel, name).catch((error) => {
      if (error instanceof AriRefused) return undefined
      throw error
    })

  async function adopt(caller: Channel, channels: readonly Channel[]): Promise<void> {
    const args = wanted(caller, caller.dialplan.app_data?.split(',').slice(1) ?? [])
    if (!args) return
    const [callId, until] = await Promise.all([variableOf(caller.id, CALL_ID), variableOf(caller.id, RINGS_UNTIL)])
    const left = channels.filter(({ id }) => isLegOf(id, caller.id))
    const legs = await Promise.all(
      left.map(async ({ id }) => ({ leg: id, contact: contactOf((await variableOf(id, LEG_URI)) ?? '') })),
    )
    const found = callId ? { callId, endsInMs: Math.max(0, Number(until) - Date.now()), legs } : undefined
    log.info({ callId, channel: caller.id, legs: legs.length }, 'adopted')
    const call = take(caller, args, found)
    for (const channel of left) tellState(call, channel)
  }

  /** All calls are somebody else's. */
  function forget(): void {
    for (const call of calls.keys()) call.forget()
  }

  return {
    forget,
    handle(event: AriEvent): void {
      if (event.type === 'ContactStatusChange') changed(event)
      else if (event.type === 'StasisStart') started(event)
      else if (event.type !== 'ApplicationReplaced')
        happened(event.type, event.channel, 'cause' in event ? (event.cause ?? 0) : 0)
    },
    /** Brings the calls in step with what Asterisk has, after events may have been missed; adopts what others have left. */
    async reconcile(): Promise<void> {
      const askedAt = now()
      const channels = await ari.channels()
      const living = new Map(channels.map((channel) => [channel.id, channel]))
      for (const call of calls.keys()) catchUp(call, living, askedAt)
      const strangers = channels.filter((channel) => isOurs(channel) && !isLeg(channel.id) && isUntaken(channel.id, askedAt))
      await Promise.all(strangers.map((caller) => adopt(caller, channels).catch(logFailure('a call is not adopted'))))
      const orphans = channels.filter((channel) => isLeg(channel.id) && !ofLeg.has(channel.id) && !isTalking(channel))
      for (const { id } of orphans) if (!isOfOthers(id, channels)) dropLeg(id)
    },
    /** Every ringing call goes back to the dialplan. */
    async stop(): Promise<void> {
      stopping = true
      for (const call of calls.keys()) call.handle({ type: 'stopped' })
      // What is told may lead to more that is to be told.
      while (underWay.size > 0) await Promise.all(underWay)
      forget()
    },
  }
}

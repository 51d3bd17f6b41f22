import type { Logger } from 'pino'
import type { Pns, PnsFailed } from '../pns.ts'
import { createCall } from './call/call.ts'
import type { CallEvent, CallRules, Effect, HoldEnd, Phone } from './call/events.ts'

export type CallDeps = {
  pns: Pick<Pns, 'pushCall' | 'cancelCall' | 'tell'>
  log: Logger
  /** When the PNS has been told of the phones of the extension that have registered. */
  registered: (extension: string) => Promise<void>
  pingMs: number
  holdMs: number
  /** Kamailio gives the call to every contact of the extension. */
  ringAll: (extension: string) => Promise<void>
  shortRing: (call: HeldCallFacts, phone: Phone, answered: boolean) => void
  /** The phone woke so many milliseconds after the call came. */
  onWake: (ms: number) => void
  /** Milliseconds, monotonic. */
  now: () => number
}

/** `callId`: as the PNS and the push have it. `from`: the caller. */
export type HeldCallFacts = {
  extension: string
  callId: string
  sipCallId: string
  from: { number: string; name?: string | undefined }
}

/** `end`: the final answer to Kamailio. */
export type Hold = HeldCallFacts & { end: (status: HoldEnd) => void }

export type HeldCall = {
  facts: HeldCallFacts
  handle: (event: CallEvent) => void
  isHeld: () => boolean
  /** Its timers end. */
  forget: () => void
}

/** A call that Kamailio holds: the state machine, and what it does to Kamailio and the PNS. */
export function holdCall(deps: CallDeps, rules: CallRules, { end, ...facts }: Hold): HeldCall {
  const { pns, holdMs, now } = deps
  const { callId, extension, from } = facts
  const startedAt = now()
  const log = deps.log.child({ callId, extension })
  const asked = Promise.withResolvers<void>()

  async function push(awake: readonly string[]): Promise<void> {
    await deps.registered(extension)
    const ringSeconds = Math.max(5, Math.ceil((startedAt + holdMs - now()) / 1000))
    try {
      const devices = await pns.pushCall({ callId, to: extension, from: from.number, name: from.name, ringSeconds, awake })
      machine.handle({ type: 'pushed', devices })
    } catch (error) {
      log.warn({ code: (error as PnsFailed).code }, (error as Error).message)
      machine.handle({ type: 'not_pushed' })
    } finally {
      asked.resolve()
    }
  }

  function attempt(what: string, work: Promise<unknown>): void {
    work.catch((error: PnsFailed) => log.warn({ code: error.code, said: error.message }, what))
  }

  const EFFECTS: { [T in Effect['type']]: (effect: Extract<Effect, { type: T }>) => void } = {
    push: ({ awake }) => void push(awake),
    // Without Kamailio there is nobody who could be told.
    ring_all: () => void deps.ringAll(extension).finally(() => machine.handle({ type: 'all_rung' })),
    cancel_push: ({ reason }) => attempt('the push is not cancelled', pns.cancelCall(callId, reason)),
    tell({ step, token }) {
      if (step === 'woke') deps.onWake(now() - startedAt)
      attempt(
        'what the phone did is not told',
        asked.promise.then(() => pns.tell(step, { callId, extension }, { token })),
      )
    },
    end_hold: ({ status }) => end(status),
    short_ring: ({ phone, answered }) => deps.shortRing(facts, phone, answered),
  }

  const machine = createCall(rules, {
    act: (effect) => EFFECTS[effect.type](effect as never),
    note: (transition, details) => log.info({ ...details }, transition),
  })
  const timers = [
    setTimeout(() => machine.handle({ type: 'pings_over' }), deps.pingMs),
    setTimeout(() => machine.handle({ type: 'hold_over' }), holdMs),
  ]
  log.info({ pinged: rules.pinged }, 'held')
  machine.begin()
  return {
    facts,
    handle: machine.handle,
    isHeld: machine.isHeld,
    forget: () => timers.forEach(clearTimeout),
  }
}

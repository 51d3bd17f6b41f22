import type { PhoneStep } from '../../client/call-record.ts'
import { createCall } from '../../pbx/asterisk/call/call.ts'
import { type Contact, contactOf } from '../../pbx/asterisk/call/contacts.ts'
import type { CallEvent, CallRules, Effect } from '../../pbx/asterisk/call/events.ts'

export const RULES: CallRules = { onBusy: 'continue', onDecline: 'continue', stopLateRings: true }

/** A call whose effects are kept and whose clock is turned by hand. */
export function startCall(rules: Partial<CallRules> = {}) {
  const effects: Effect[] = []
  let [time, count] = [0, 0]
  const call = createCall(
    { ...RULES, ...rules },
    { act: (effect) => void effects.push(effect), note: () => {}, newLeg: () => `leg-${++count}`, now: () => time },
  )
  return {
    call,
    effects,
    of: <T extends Effect['type']>(type: T) =>
      effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type),
    /** The phones of which the PNS was told this. */
    told: (step: PhoneStep) =>
      effects.flatMap((effect) => (effect.type === 'tell' && effect.step === step ? [effect.contact] : [])),
    handle: (...events: CallEvent[]) => {
      for (const event of events) call.handle(event)
    },
    pass: (ms: number) => {
      time += ms
    },
  }
}

/** A phone at a port; with a token it is known again at any port. */
export const phone = (port: number, token?: string): Contact =>
  contactOf(`sip:1001@192.0.2.1:${port}${token === undefined ? '' : `;pn-provider=apns;pn-param=T.x.voip;pn-prid=${token}:voip`}`)

export const [A, B] = ['a'.repeat(64), 'b'.repeat(64)] as const

import { pushIdOf, withoutPush } from '../../rfc8599.ts'
import type { Outcome } from './outcome.ts'

/** Where a phone is. `place`: its URI without the push parameters of RFC 8599; `phone`: its token, the same at any place. */
export type Contact = { uri: string; place: string; phone: string | undefined }

export function contactOf(uri: string): Contact {
  return { uri, place: withoutPush(uri), phone: pushIdOf(uri) }
}

/** The contacts of PJSIP_DIAL_CONTACTS: `PJSIP/1001/sip:…&PJSIP/1001/sip:…`, where a URI may have an `&` of its own. */
export const contactsIn = (dialled: string, endpoint: string): Contact[] =>
  `&${dialled}`.split(`&PJSIP/${endpoint}/`).slice(1).map(contactOf)

/** `woke`: it came while phones were ringing. */
export type Known = Contact & { woke: boolean; outcome?: Outcome }

const isSame = (one: Contact, other: Contact): boolean =>
  one.place === other.place || (one.phone !== undefined && one.phone === other.phone)

/** The contacts that a call knows, each once: a phone at a new place takes the place of the old one. */
export function createContacts() {
  let known: Known[] = []
  return {
    find: (contact: Contact): Known | undefined => known.find((candidate) => isSame(candidate, contact)),
    add(contact: Contact, woke: boolean): void {
      const before = known.find((candidate) => isSame(candidate, contact))
      known = [...known.filter((candidate) => candidate !== before), { ...contact, woke: woke || (before?.woke ?? false) }]
    },
    ended(contact: Contact, outcome: Outcome): void {
      const found = known.find((candidate) => isSame(candidate, contact))
      if (found) found.outcome = outcome
    },
    outcomes: (): Outcome[] => known.flatMap(({ outcome }) => outcome ?? []),
    woke: (): number => known.filter(({ woke }) => woke).length,
    /** Phones that were certainly pushed to, by their token or because they came after it, and that SIP has reached. */
    reached: (): Known[] => known.filter(({ phone, woke, outcome }) => (woke || phone !== undefined) && !isLost(outcome)),
  }
}

/** A phone that was not reached may be asleep, and wake up yet. */
const isLost = (outcome: Outcome | undefined) => outcome === 'failed' || outcome === 'unheard'

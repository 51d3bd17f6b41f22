import type { Settings } from '../../../client/load-settings.ts'
import { type Ari, AriRefused, type Channel } from '../ari/rest.ts'
import { type CallerId, callerIdOf } from './caller-id.ts'
import { type Contact, contactsIn } from './contacts.ts'
import type { HandBack } from './events.ts'

/** On the caller's channel, for who finds it after this process has gone. */
export const [CALL_ID, RINGS_UNTIL] = ['WAKECALL_ID', 'WAKECALL_UNTIL']

/** So long after its window Asterisk takes a call out of an application that is no more. */
const NET_SECONDS = 5

/** Who may not be shown is not, if Asterisk does not say. */
const UNKNOWN = 'prohib'

/** A call rings without what could not be read; one whose caller has gone does not. */
const unlessRefused = (fallback: string) => (error: unknown) => {
  if (error instanceof AriRefused && error.gone) throw error
  return fallback
}

/** The channel that waits in Stasis(). Everything rejects as `Ari` does. */
export function createCaller(ari: Ari, rules: NonNullable<Settings['ari']>, channel: Channel) {
  let id = channel.id
  return {
    id: () => id,
    /** Another takes its place: an attended transfer that ends while phones ring. */
    replace(fresh: string): void {
      id = fresh
    },
    hear(): Promise<void> {
      if (rules.callerHears === 'music') return ari.music(id, rules.musicClass)
      return rules.callerHears === 'progress' ? ari.progress(id) : ari.ring(id)
    },
    async learn(): Promise<{ linkedid: string; from: CallerId }> {
      const [linkedid, presentation] = await Promise.all([
        ari.get(id, 'CHANNEL(linkedid)').catch(unlessRefused(channel.id)),
        ari.get(id, 'CALLERID(pres)').catch(unlessRefused(UNKNOWN)),
      ])
      return { linkedid, from: callerIdOf(channel.caller, presentation) }
    },
    /** The net under it. */
    hold: (leftMs: number): Promise<void> => ari.set(id, { 'TIMEOUT(absolute)': Math.ceil(leftMs / 1000) + NET_SECONDS }),
    /** What another process needs to take it over. */
    sign: (callId: string, leftMs: number): Promise<void> =>
      ari.set(id, { [CALL_ID]: callId, [RINGS_UNTIL]: Math.round(Date.now() + leftMs) }),
    /** The reachable contacts of a PJSIP endpoint; a fault if it has none of that name. */
    async contactsOf(endpoint: string): Promise<Contact[] | { fault: string }> {
      try {
        return contactsIn(await ari.get(id, `PJSIP_DIAL_CONTACTS(${endpoint})`), endpoint)
      } catch (error) {
        if (error instanceof AriRefused && !error.gone) return { fault: error.message }
        throw error
      }
    },
    /** On with the dialplan, which finds in its variables how it went. */
    async handBack({ status, peer = '', devices, woke, wakeMs }: HandBack): Promise<void> {
      await ari.set(id, {
        WAKECALL_STATUS: status,
        WAKECALL_PEER: peer,
        WAKECALL_DEVICES: devices,
        WAKECALL_WOKE: woke,
        WAKECALL_WAKE_MS: wakeMs === undefined ? '' : Math.round(wakeMs),
      })
      await ari.continue(id)
    },
  }
}

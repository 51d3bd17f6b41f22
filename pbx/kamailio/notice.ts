import { pushIdOf } from '../rfc8599.ts'
import { headerOf, type SipRequest } from './sip/message.ts'

/** A contact of a user: its URI as the phone sent it, with what is said of pushes. `phone`: the same at any port. */
export type Contact = { extension: string; uri: string; ruid: string; phone: string; token: string | undefined }

/** What Kamailio tells (pbx/kamailio/conf/holder.cfg). `given`: Call-IDs of the held calls that the phone has got by it.
 * `source`: the address that the REGISTER came from; `expires`: seconds. */
export type Notice =
  | { event: 'registered'; contact: Contact; given: readonly string[]; source: string; expires: number }
  | { event: 'awake'; contact: Contact; given: readonly string[] }
  | { event: 'unregistered'; contact: Contact }
  | { event: 'answered'; extension: string; sipCallId: string; phone: string }
  | { event: 'refused'; extension: string; sipCallId: string; phone: string; status: number }

/** `undefined` for what this version does not know: Kamailio may be newer. */
export function readNotice(request: SipRequest, extension: string): Notice | undefined {
  const told = (name: string) => headerOf(request, `X-Wakecall-${name}`) ?? ''
  const event = told('Event')
  const ofCall = { extension, sipCallId: told('Call'), phone: told('Phone') }
  if (event === 'refused') return { event, ...ofCall, status: Number(told('Status')) }
  if (event === 'answered') return { event, ...ofCall }
  const uri = told('Contact')
  const contact = { extension, uri, ruid: told('Ruid'), phone: told('Phone'), token: pushIdOf(uri) }
  if (event === 'unregistered') return { event, contact }
  const given = told('Given').split(' ').filter(Boolean)
  if (event === 'registered') return { event, contact, given, source: told('Source'), expires: Number(told('Expires')) }
  return event === 'awake' ? { event, contact, given } : undefined
}

import { randomUUID } from 'node:crypto'
import type { Ari, Channel, HangupReason } from '../ari/rest.ts'
import { ignoreGone } from '../ari/rest.ts'
import { type CallerId, quoted } from './caller-id.ts'
import type { Contact } from './contacts.ts'

/** What a leg inherits of its call. `originator` is missing when the caller has gone. */
export type LegOf = {
  extension: string
  endpoint: string
  callId: string
  caller: Channel['caller']
  from: CallerId
  originator: string | undefined
  seconds: number
}

const prefixOf = (caller: string) => `wakecall-${caller}-`

export const newLegId = (caller: string): string => `${prefixOf(caller)}${randomUUID().slice(0, 8)}`

export const isLeg = (channel: string): boolean => channel.startsWith('wakecall-')

export const isLegOf = (channel: string, caller: string): boolean => channel.startsWith(prefixOf(caller))

/** Where a leg goes, for who finds it after its process has gone. */
export const LEG_URI = 'WAKECALL_URI'

/** The phone finds in this header which push the INVITE belongs to. */
const CALL_ID_HEADER = 'PJSIP_HEADER(add,X-Wakecall-Call-Id)'

/** The presentation of who is shown on the phone. */
const HIDDEN = { 'CONNECTEDLINE(pres)': 'prohib' }

/** Who the phone is, for the caller's display: without it, the caller's own. */
const calledAs = (extension: string) => ({ 'CALLERID(num)': extension, 'CALLERID(name)': '' })

/** Dials legs and hangs them up, each in this order. */
export function createLegs(ari: Ari) {
  const dialling = new Map<string, Promise<void>>()
  return {
    /** Rejects as `Ari` does. */
    dial(id: string, { uri }: Contact, { extension, endpoint, callId, caller, from, ...leg }: LegOf): Promise<void> {
      const variables = { [LEG_URI]: uri, [CALL_ID_HEADER]: callId, ...calledAs(extension), ...(from.hidden && HIDDEN) }
      const dialled = ari.originate({ id, endpoint: `PJSIP/${endpoint}/${uri}`, callerId: quoted(caller), variables, ...leg })
      dialling.set(id, dialled)
      return dialled.finally(() => dialling.delete(id))
    },
    /** A leg that is on its way is awaited: before, there is nothing to hang up. */
    async hangUp(id: string, reason: HangupReason): Promise<void> {
      await dialling.get(id)?.catch(() => {})
      await ari.hangup(id, reason).catch(ignoreGone)
    },
  }
}

import type { Logger } from 'pino'
import type { CallRules } from './call/events.ts'
import { deviceIdOf } from './devices.ts'
import { type CallDeps, type HeldCall, holdCall } from './held-call.ts'
import { factsOf, isAnsweredElsewhere } from './invite.ts'
import { type Notice, readNotice } from './notice.ts'
import { userOf } from './sip/address.ts'
import type { ServerInvite, SipHandlers } from './sip/endpoint.ts'
import { headerOf, type SipRequest } from './sip/message.ts'

export type HolderDeps = CallDeps & {
  rules: Omit<CallRules, 'pinged'>
  /** 180 or 183, until a phone rings. */
  callerHears: 'ringing' | 'progress'
  /** Everything that Kamailio says of contacts. */
  onNotice: (notice: Notice) => void
  log: Logger
}

/** A phone that was pushed to late in the hold has this long to register. */
const LATE_MS = 30_000

const END_REASONS = { 486: 'Busy Here', 504: 'Nobody Reached', 600: 'Busy Everywhere', 603: 'Decline' }

/** The calls that Kamailio holds, and what it tells of their phones. */
export function createHolder(deps: HolderDeps) {
  const calls = new Map<string, HeldCall>()
  const byExtension = new Map<string, Set<HeldCall>>()

  /** A call forks to several users under one Call-ID. */
  const keyOf = (sipCallId: string, extension: string) => `${sipCallId} ${extension}`

  function forget(call: HeldCall): void {
    const { sipCallId, extension } = call.facts
    call.forget()
    calls.delete(keyOf(sipCallId, extension))
    const others = byExtension.get(extension)
    others?.delete(call)
    if (others?.size === 0) byExtension.delete(extension)
  }

  function onInvite(invite: ServerInvite): void {
    const facts = factsOf(invite.request)
    if (!facts) {
      invite.respond(404, 'Not Found')
      return
    }
    if (deps.callerHears === 'ringing') invite.respond(180, 'Ringing')
    else invite.respond(183, 'Session Progress')
    const rules = { ...deps.rules, pinged: Number(headerOf(invite.request, 'X-Wakecall-Pinged') ?? 0) }
    const call = holdCall(deps, rules, { ...facts, end: (status) => invite.respond(status, END_REASONS[status]) })
    const { extension } = facts
    calls.set(keyOf(facts.sipCallId, extension), call)
    byExtension.set(extension, (byExtension.get(extension) ?? new Set()).add(call))
    setTimeout(() => forget(call), deps.holdMs + LATE_MS).unref()
  }

  function onCancel({ request }: ServerInvite, cancel: SipRequest): void {
    const facts = factsOf(request)
    const call = facts && calls.get(keyOf(facts.sipCallId, facts.extension))
    call?.handle({ type: isAnsweredElsewhere(cancel) ? 'answered' : 'caller_gone' })
  }

  function onNotice(notice: Notice): void {
    deps.onNotice(notice)
    if (notice.event === 'refused' || notice.event === 'answered') {
      const { sipCallId, extension, phone } = notice
      const call = calls.get(keyOf(sipCallId, extension))
      call?.handle(
        notice.event === 'refused' ? { type: 'refused', phone, status: notice.status } : { type: 'phone_answered', phone },
      )
    } else if (notice.event !== 'unregistered') {
      const { extension, phone: id, ruid, token } = notice.contact
      const phone = { id, ruid, token, deviceId: token === undefined ? undefined : deviceIdOf(id) }
      for (const call of byExtension.get(extension) ?? []) {
        const isGiven = notice.given.includes(call.facts.sipCallId)
        call.handle({ type: isGiven ? 'heard' : 'registered', phone })
      }
    }
  }

  function onRequest(request: SipRequest): { status: number; reason: string } {
    if (request.method === 'OPTIONS') return { status: 200, reason: 'OK' }
    if (request.method !== 'NOTIFY') return { status: 405, reason: 'Method Not Allowed' }
    const extension = userOf(request.uri)
    const notice = extension && readNotice(request, extension)
    if (notice) onNotice(notice)
    return { status: 200, reason: 'OK' }
  }

  return {
    handlers: { onInvite, onCancel, onRequest } satisfies SipHandlers,
    /** How many calls are held now. */
    held: (): number => [...calls.values()].filter((call) => call.isHeld()).length,
    /** Its timers end. Kamailio holds on: phones that wake up get their calls. */
    close(): void {
      for (const call of calls.values()) forget(call)
    },
  }
}

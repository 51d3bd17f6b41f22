import { type Headers, headerOf, type SipRequest, type SipResponse } from '../../../pbx/kamailio/sip/message.ts'
import { credentialsFor } from './digest.ts'
import type { Transport } from './links.ts'
import { fresh, methodOf, openUa } from './ua.ts'

/** What a phone that is awake does with an INVITE. */
type Behaviour = 'answers' | 'rings' | 'is busy' | 'declines'

export type PhoneOptions = {
  /** `+sip.instance`; `null`: it says none. */
  instance?: string | null
  /** The Call-ID and the first CSeq of its REGISTERs. */
  registration?: string
  cseq?: number
  behaviour?: Behaviour
  /** What it says in its Contact of pushes. */
  push?: string
  port?: number
  transport?: Transport
  /** What it answers a challenge with, as the user that it is. */
  password?: string
  /** What it answers a call with. */
  sdp?: string
}

/** `place`: another address than its own; `'*'`: all that there are (RFC 3261, 10.2.2). */
type RegisterOptions = { expires?: number; push?: string; place?: string }

const REGISTRAR = 'sip:127.0.0.1'
const REFUSALS = { 'is busy': { status: 486, reason: 'Busy Here' }, declines: { status: 603, reason: 'Decline' } }

/** A phone of a user: asleep it hears everything, for the test's eyes, and answers nothing. */
export async function openPhone(user: string, host: string, options: PhoneOptions = {}) {
  const { instance = `<urn:uuid:${fresh('i')}>`, push = '', behaviour = 'answers' } = options
  const { registration = fresh('r') } = options
  const open = new Map<string, SipRequest>()
  const deaf = new Set<string>()
  let [awake, cseq] = [true, options.cseq ?? 0]
  /** Its last REGISTER, with more headers. */
  let again: (headers: Headers) => void = () => {}

  const contact = () => `sip:${user}@${ua.address()}`

  function invited(request: SipRequest): void {
    const id = headerOf(request, 'Via') ?? ''
    if (open.has(id)) return
    open.set(id, request)
    ua.respond(request, 180, 'Ringing')
    if (behaviour === 'answers') answer(request)
    else if (behaviour !== 'rings') refuse(request, behaviour)
  }

  function refuse(request: SipRequest, how: keyof typeof REFUSALS): void {
    const { status, reason } = REFUSALS[how]
    ua.respond(request, status, reason)
  }

  const answer = (request: SipRequest) => ua.respond(request, 200, 'OK', [['Contact', `<${contact()}>`]], options.sdp)

  function cancelled(request: SipRequest): void {
    ua.respond(request, 200, 'OK')
    const invite = open.get(headerOf(request, 'Via') ?? '')
    if (invite) ua.respond(invite, 487, 'Request Terminated')
  }

  function heard(request: SipRequest): void {
    if (!awake || deaf.has(request.method)) return
    if (request.method === 'INVITE') invited(request)
    else if (request.method === 'CANCEL') cancelled(request)
    else if (request.method !== 'ACK') ua.respond(request, 200, 'OK')
  }

  function answered(response: SipResponse): void {
    const { password } = options
    if (response.status !== 401 || password === undefined || methodOf(response) !== 'REGISTER') return
    again([credentialsFor(response, { method: 'REGISTER', uri: REGISTRAR, user, password })])
  }

  const { port = 0, transport = 'UDP' } = options
  const ua = await openUa(host, heard, { port, transport, onResponse: answered })

  function register(options: RegisterOptions = {}, credentials: Headers = []): void {
    const { expires = 300, push: said = push, place = ua.address() } = options
    again = (headers) => register(options, headers)
    cseq += 1
    const tagged = instance === null ? '' : `;+sip.instance="${instance}"`
    ua.request('REGISTER', REGISTRAR, [
      ['From', `<sip:${user}@127.0.0.1>;tag=${registration}`],
      ['To', `<sip:${user}@127.0.0.1>`],
      ['Call-ID', registration],
      ['CSeq', `${cseq} REGISTER`],
      ['Contact', place === '*' ? '*' : `<sip:${user}@${place}${said}>${tagged};expires=${expires}`],
      ['Expires', String(expires)],
      ...credentials,
    ])
  }

  const got = (method: string) => ua.requests.filter((request) => request.method === method)
  const newest = () => [...open.values()].at(-1) as SipRequest
  const branchesOf = (method: string) => new Set(got(method).map((request) => headerOf(request, 'Via')))

  return {
    ...ua,
    user,
    instance,
    sleep: () => {
      awake = false
    },
    wake: () => {
      awake = true
    },
    /** It sleeps, and has left its connection. */
    async leave(): Promise<void> {
      awake = false
      await ua.close()
    },
    /** It wakes, and registers over another connection. */
    async comeBack(): Promise<void> {
      awake = true
      await ua.reconnect()
      register()
    },
    /** It answers no such request any more. */
    deafTo: (method: string) => void deaf.add(method),
    register,
    /** Answers the newest INVITE. */
    answer: () => answer(newest()),
    decline: () => refuse(newest(), 'declines'),
    /** It has an INVITE, and was awake. */
    rings: () => open.size > 0,
    /** Those of different transactions: repeats count once. */
    invites: () => branchesOf('INVITE').size,
    cancels: () => branchesOf('CANCEL').size,
    pings: () => branchesOf('OPTIONS').size,
    /** INVITEs that were not taken back. */
    uncancelled: () => [...branchesOf('INVITE')].filter((branch) => !branchesOf('CANCEL').has(branch)).length,
    got,
  }
}

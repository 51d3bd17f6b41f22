import { userOf } from '../pbx/kamailio/sip/address.ts'
import { type Headers, headerOf, responseTo, type SipRequest, type SipResponse } from '../pbx/kamailio/sip/message.ts'
import { openSocket, type Place, type SipSocket } from './kamailio-socket.ts'

/** Many phones at one address are a flood. */
const ADDRESSES = 200
const LIFETIME_S = 3_600

/** An INVITE of one call that came to a phone. */
type Leg = { request: SipRequest; at: number; from: Place; socket: SipSocket }

const methodOf = (response: SipResponse) => headerOf(response, 'CSeq')?.split(' ')[1]
const callIdOf = (message: SipRequest | SipResponse) => headerOf(message, 'Call-ID') ?? ''
const branchOf = (request: SipRequest) => headerOf(request, 'Via') ?? ''

/** What pushes to a phone (RFC 8599): a token of the right form. */
const pushOf = (user: string) => `;pn-provider=apns;pn-param=TEAM.com.example.phone.voip;pn-prid=${user.padStart(64, '0')}:voip`

/** The phones of all users. Who is asleep hears what comes, for us to see, and answers nothing. */
export async function openPhones() {
  const awake = new Set<string>()
  /** By Call-ID, each INVITE by its branch: one, if all is well. */
  const legs = new Map<string, Map<string, Leg>>()
  const invited = new Map<string, (at: number) => void>()
  const registered = new Map<string, (at: number) => void>()
  let [ringMs, count] = [0, 0]

  const sockets = await Promise.all(
    Array.from({ length: ADDRESSES }, async (_, i) => {
      const socket: SipSocket = await openSocket(`127.0.1.${i + 1}`, {
        onRequest: (request, at, from) => asked({ request, at, from, socket }),
        onResponse(response, at) {
          if (methodOf(response) !== 'REGISTER' || response.status !== 200) return
          registered.get(callIdOf(response))?.(at)
        },
      })
      return socket
    }),
  )
  const socketOf = (user: string) => sockets[Number(user) % ADDRESSES] as SipSocket
  const contactOf = (user: string) => `sip:${user}@${socketOf(user).host}:5060`

  function respond({ request, from, socket }: Leg, status: number, reason: string, headers: Headers = []): void {
    socket.send(responseTo(request, status, reason, { tag: 'phone', headers }), from)
  }

  function answer({ request, from, socket }: Leg, user: string): void {
    const ok = responseTo(request, 200, 'OK', { tag: 'phone', headers: [['Contact', `<${contactOf(user)}>`]] })
    socket.insist(callIdOf(request), ok, from)
  }

  function rung(leg: Leg, user: string): void {
    const [callId, branch] = [callIdOf(leg.request), branchOf(leg.request)]
    const known = legs.get(callId) ?? new Map<string, Leg>()
    legs.set(callId, known)
    if (known.has(branch)) return
    known.set(branch, leg)
    invited.get(callId)?.(leg.at)
    if (!awake.has(user)) return
    respond(leg, 180, 'Ringing')
    setTimeout(() => answer(leg, user), ringMs)
  }

  function asked(leg: Leg): void {
    const { request, socket } = leg
    const user = userOf(request.uri) ?? ''
    if (request.method === 'INVITE') rung(leg, user)
    else if (request.method === 'ACK') socket.heard(callIdOf(request))
    else if (awake.has(user)) respond(leg, 200, 'OK')
  }

  return {
    /** A phone rings so long before it is answered; 0 at first. */
    ringFor(ms: number): void {
      ringMs = ms
    },
    sleep: (user: string): void => void awake.delete(user),
    wake: (user: string): void => void awake.add(user),

    /** When the INVITE of a call comes. */
    invite: (callId: string): Promise<number> => new Promise((resolve) => invited.set(callId, resolve)),
    /** How many came, of different transactions. */
    legs: (callId: string): number => legs.get(callId)?.size ?? 0,
    forget(callId: string): void {
      legs.delete(callId)
      invited.delete(callId)
    },

    /** A phone that is awake registers. `done`: when its 200 came. */
    register(user: string, gateway: Place): { sentAt: number; done: Promise<number> } {
      awake.add(user)
      count += 1
      const [socket, callId, uri] = [socketOf(user), `r${user}`, `sip:${gateway.host}`]
      const request: SipRequest = {
        method: 'REGISTER',
        uri,
        headers: [
          ['Via', `SIP/2.0/UDP ${socket.host}:5060;rport;branch=z9hG4bKr${count}`],
          ['Max-Forwards', '70'],
          ['From', `<sip:${user}@${gateway.host}>;tag=${callId}`],
          ['To', `<sip:${user}@${gateway.host}>`],
          ['Call-ID', callId],
          ['CSeq', `${count} REGISTER`],
          ['Contact', `<${contactOf(user)}${pushOf(user)}>;+sip.instance="<urn:uuid:${user}>";expires=${LIFETIME_S}`],
        ],
        body: '',
      }
      const done = new Promise<number>((resolve) =>
        registered.set(callId, (at) => {
          socket.heard(callId)
          resolve(at)
        }),
      )
      const sentAt = performance.now()
      socket.insist(callId, request, gateway)
      return { sentAt, done }
    },
  }
}

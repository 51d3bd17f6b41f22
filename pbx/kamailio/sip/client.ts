import { randomUUID } from 'node:crypto'
import { parseAddress } from './address.ts'
import { formatSip, type Headers, headerOf, headersOf, type SipRequest, type SipResponse } from './message.ts'
import { LIFETIME_MS, repeat } from './timers.ts'
import { parseVia } from './via.ts'

/** An INVITE of ours that is not meant to be answered. */
export type ClientInvite = {
  /** As soon as the peer has said anything (RFC 3261, 9.1). `reason`: RFC 3326. */
  cancel: (reason: string) => void
  /** The final answer; rejects if none comes. */
  ended: Promise<SipResponse>
}

type Waiting = (response: SipResponse) => void

const MAGIC = 'z9hG4bK'

/** The client transactions of RFC 3261, 17.1, from `sentBy` (host:port). `send` takes what goes to the peer. */
export function createClient(sentBy: string, send: (text: string) => void) {
  const waiting = new Map<string, Waiting>()

  const viaOf = () => `SIP/2.0/UDP ${sentBy};branch=${MAGIC}${randomUUID()};rport`

  function requestOf(method: string, uri: string, headers: Headers): SipRequest {
    const own = [
      ['Via', viaOf()],
      ['Max-Forwards', '70'],
      ['From', `<sip:holder@${sentBy}>;tag=${randomUUID()}`],
      ['To', `<${uri}>`],
      ['Call-ID', randomUUID()],
      ['CSeq', `1 ${method}`],
      ['Contact', `<sip:holder@${sentBy}>`],
    ] as const
    return { method, uri, headers: [...own, ...headers], body: '' }
  }

  const keyOf = (message: { headers: Headers }) =>
    `${parseVia(headerOf(message, 'Via') ?? '').branch} ${headerOf(message, 'CSeq')?.split(/\s+/)[1]}`

  /** RFC 3261, 17.1.2; `onResponse` says whether it was the last one. */
  function exchange(request: SipRequest, withinMs: number, onResponse: (response: SipResponse) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const [key, text] = [keyOf(request), formatSip(request)]
    const stop = repeat(() => send(text))
    const timer = setTimeout(() => end(() => reject(new Error(`no answer to ${request.method} within ${withinMs} ms`))), withinMs)
    function end(settle: () => void): void {
      stop()
      clearTimeout(timer)
      waiting.delete(key)
      settle()
    }
    waiting.set(key, (response) => {
      stop()
      if (onResponse(response)) end(resolve)
    })
    send(text)
    return promise
  }

  /** Of the same transaction: its CANCEL, or the ACK of a failure (RFC 3261, 9.1 and 17.1.1.3). */
  function followUp({ uri, headers }: SipRequest, method: string, to: string, more: Headers = []): SipRequest {
    const kept = headers.filter(([name]) => ['Via', 'Max-Forwards', 'From', 'Call-ID'].includes(name))
    return { method, uri, headers: [...kept, ['To', to], ['CSeq', `1 ${method}`], ...more], body: '' }
  }

  /** Somebody has answered what was to be cancelled: the dialog begins and ends (RFC 3261, 13.2.2.4 and 15). */
  function hangUp(invite: SipRequest, response: SipResponse): void {
    const uri = parseAddress(headerOf(response, 'Contact') ?? '')?.uri ?? invite.uri
    const route = headersOf(response, 'Record-Route').toReversed()
    for (const [cseq, method] of [[1, 'ACK'] as const, [2, 'BYE'] as const]) {
      const { headers } = followUp(invite, method, headerOf(response, 'To') ?? '')
      const renewed = headers.filter(([name]) => name !== 'Via' && name !== 'CSeq')
      const own = [['Via', viaOf()] as const, ['CSeq', `${cseq} ${method}`] as const]
      const request = { method, uri, headers: [...own, ...renewed, ...route.map((hop) => ['Route', hop] as const)], body: '' }
      if (method === 'ACK') send(formatSip(request))
      else void exchange(request, LIFETIME_MS, ({ status }) => status >= 200).catch(() => {})
    }
  }

  return {
    /** What comes back to one of ours. */
    receive(response: SipResponse): void {
      waiting.get(keyOf(response))?.(response)
    },
    /** The final answer; rejects if none comes in time. */
    async request(method: string, uri: string, headers: Headers, withinMs: number): Promise<SipResponse> {
      let last: SipResponse | undefined
      await exchange(requestOf(method, uri, headers), withinMs, (response) => {
        last = response
        return response.status >= 200
      })
      return last as SipResponse
    },
    invite(uri: string, headers: Headers): ClientInvite {
      const invite = requestOf('INVITE', uri, headers)
      let [heard, reason, last] = [false, undefined as string | undefined, undefined as SipResponse | undefined]

      function sendCancel(): void {
        if (!heard || reason === undefined || (last?.status ?? 0) >= 200) return
        const cancel = followUp(invite, 'CANCEL', `<${uri}>`, [['Reason', reason]])
        void exchange(cancel, LIFETIME_MS, ({ status }) => status >= 200).catch(() => {})
      }

      const ended = exchange(invite, LIFETIME_MS, (response) => {
        last = response
        if (response.status < 200) {
          if (!heard) {
            heard = true
            sendCancel()
          }
          return false
        }
        if (response.status < 300) hangUp(invite, response)
        else send(formatSip(followUp(invite, 'ACK', headerOf(response, 'To') ?? `<${uri}>`)))
        return true
      }).then(() => last as SipResponse)
      ended.catch(() => {})
      return {
        ended,
        cancel(why) {
          reason ??= why
          sendCancel()
        },
      }
    },
  }
}

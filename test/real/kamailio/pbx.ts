import { parseAddress, userOf } from '../../../pbx/kamailio/sip/address.ts'
import { type Headers, headerOf, headersOf, type SipRequest, type SipResponse } from '../../../pbx/kamailio/sip/message.ts'
import { parseVia } from '../../../pbx/kamailio/sip/via.ts'
import { fresh, methodOf, openUa, type Received } from './ua.ts'

const branchOf = (response: SipResponse): string => parseVia(headerOf(response, 'Via') ?? '').branch

/** The PBX behind the gateway, at port 5060 of its address. It accepts phones and their calls. */
export async function openPbx(host = '127.0.0.2') {
  /** By the branch of their INVITE. */
  const calls = new Map<string, (response: Received<SipResponse>) => void>()
  const refused = new Set<string>()

  function asked(request: SipRequest): void {
    if (request.method === 'ACK') return
    if (request.method === 'REGISTER' && refused.has(userOf(parseAddress(headerOf(request, 'To') ?? '')?.uri ?? '') ?? '')) {
      ua.respond(request, 401, 'Unauthorized')
      return
    }
    const contact = headerOf(request, 'Contact')
    const headers = request.method === 'REGISTER' && contact ? [['Contact', `${contact};expires=300`] as const] : []
    ua.respond(request, 200, 'OK', headers)
  }

  const ua = await openUa(host, asked, {
    port: 5060,
    onResponse(response) {
      if (methodOf(response) === 'INVITE') calls.get(branchOf(response))?.(response)
    },
  })

  function call(user: string, callId = fresh('call'), sdp = '') {
    const uri = `sip:${user}@127.0.0.1`
    const branch = `z9hG4bK${fresh('call')}`
    const via = ['Via', `SIP/2.0/UDP ${ua.address()};branch=${branch};rport`] as const
    const common = [
      ['From', `"Ada" <sip:1002@${ua.address()}>;tag=${callId}`],
      ['Call-ID', callId],
    ] as const
    const responses: Received<SipResponse>[] = []
    let cancelWaits = false

    const final = () => responses.find(({ status }) => status >= 200)

    function inDialog(method: string, cseq: number, answer: SipResponse, more: Headers = [], body = ''): void {
      const target = /<([^>]*)>/.exec(headerOf(answer, 'Contact') ?? '')?.[1] ?? uri
      const route = headersOf(answer, 'Record-Route').map((hop) => ['Route', hop] as const)
      const to = ['To', headerOf(answer, 'To') ?? ''] as const
      ua.request(method, target, [...common, to, ['CSeq', `${cseq} ${method}`], ...route.toReversed(), ...more], body)
    }

    function sendCancel(): void {
      cancelWaits = false
      ua.request('CANCEL', uri, [via, ...common, ['CSeq', '1 CANCEL']])
    }

    calls.set(branch, (response) => {
      responses.push(response)
      if (cancelWaits) sendCancel()
      if (response.status < 200) return
      if (response.status < 300) inDialog('ACK', 1, response)
      else ua.request('ACK', uri, [via, ...common, ['To', headerOf(response, 'To') ?? ''], ['CSeq', '1 ACK']])
    })
    const invite = () => ua.request('INVITE', uri, [via, ...common, ['Contact', `<sip:1002@${ua.address()}>`]], sdp)
    invite()
    // UDP may lose it (RFC 3261, 17.1.1.2), where a flood fills the socket.
    const repeats = setInterval(() => (responses.length > 0 ? clearInterval(repeats) : invite()), 500)

    return {
      callId,
      startedAt: performance.now(),
      statuses: () => responses.map(({ status }) => status),
      final,
      /** The same INVITE again. */
      repeat: invite,
      /** Not before a first answer (RFC 3261, 9.1). */
      cancel(): void {
        if (responses.length > 0) sendCancel()
        else cancelWaits = true
      },
      /** The CANCEL has its 200. */
      isCancelled: () =>
        ua.responses.some((response) => headerOf(response, 'Call-ID') === callId && methodOf(response) === 'CANCEL'),
      /** A new INVITE in its dialog. */
      offerAgain(sdp: string): void {
        const answer = final()
        if (answer) inDialog('INVITE', 2, answer, [['Contact', `<sip:1002@${ua.address()}>`]], sdp)
      },
      hangUp(): void {
        const answer = final()
        if (answer) inDialog('BYE', 3, answer)
      },
    }
  }

  return {
    ...ua,
    call,
    /** It refuses every REGISTER of this user. */
    refuse: (user: string) => void refused.add(user),
  }
}

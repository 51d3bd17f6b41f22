import { headerOf, type SipResponse } from '../../../pbx/kamailio/sip/message.ts'
import { parseVia } from '../../../pbx/kamailio/sip/via.ts'
import { fresh, methodOf, openUa, type Received } from './ua.ts'

/** The PBX behind the gateway, at 127.0.0.2:5060. It accepts every REGISTER. */
export async function openPbx() {
  /** CANCELs that wait for a first answer (RFC 3261, 9.1). */
  const pending = new Map<string, () => void>()
  const ua = await openUa(
    '127.0.0.2',
    (request) => {
      if (request.method === 'ACK') return
      const contact = headerOf(request, 'Contact')
      const headers = request.method === 'REGISTER' && contact ? [['Contact', `${contact};expires=300`] as const] : []
      ua.respond(request, 200, 'OK', headers)
    },
    { port: 5060, onResponse: (response) => pending.get(parseVia(headerOf(response, 'Via') ?? '').branch)?.() },
  )

  function call(user: string, callId = fresh('call')) {
    const uri = `sip:${user}@127.0.0.1`
    const branch = `z9hG4bK${fresh('call')}`
    const common = [
      ['Via', `SIP/2.0/UDP ${ua.address};branch=${branch};rport`],
      ['From', `"Ada" <sip:1002@${ua.address}>;tag=${callId}`],
      ['Call-ID', callId],
    ] as const
    const mine = () =>
      ua.responses.filter((response) => headerOf(response, 'Via')?.includes(branch) && methodOf(response) === 'INVITE')
    const final = () => mine().find(({ status }) => status >= 200)
    let acknowledged = false

    ua.request('INVITE', uri, [...common, ['Contact', `<sip:1002@${ua.address}>`]])
    return {
      callId,
      startedAt: performance.now(),
      statuses: () => mine().map(({ status }) => status),
      /** The final answer, acknowledged. */
      final(): Received<SipResponse> | undefined {
        const answer = final()
        if (answer && !acknowledged) {
          acknowledged = true
          const route = answer.headers.filter(([name]) => name === 'Record-Route').map(([, value]) => ['Route', value] as const)
          const own = answer.status < 300 ? common.slice(1) : common
          const to = headerOf(answer, 'To') ?? ''
          const contact = /<([^>]*)>/.exec(headerOf(answer, 'Contact') ?? '')?.[1] ?? uri
          ua.request('ACK', answer.status < 300 ? contact : uri, [...own, ['To', to], ['CSeq', '1 ACK'], ...route.toReversed()])
        }
        return answer
      },
      cancel(): void {
        const send = () => {
          pending.delete(branch)
          ua.request('CANCEL', uri, [...common, ['CSeq', '1 CANCEL']])
        }
        if (mine().length > 0) send()
        else pending.set(branch, send)
      },
      hangUp(): void {
        const answer = final()
        const route =
          answer?.headers.filter(([name]) => name === 'Record-Route').map(([, value]) => ['Route', value] as const) ?? []
        const contact = /<([^>]*)>/.exec((answer && headerOf(answer, 'Contact')) ?? '')?.[1] ?? uri
        const to = (answer && headerOf(answer, 'To')) ?? ''
        ua.request('BYE', contact, [...common.slice(1), ['To', to], ['CSeq', '2 BYE'], ...route.toReversed()])
      },
    }
  }
  return { ...ua, call }
}

import { parseAddress } from '../pbx/kamailio/sip/address.ts'
import { type Headers, headerOf, headersOf, responseTo, type SipRequest, type SipResponse } from '../pbx/kamailio/sip/message.ts'
import { openSocket, type Place } from './kamailio-socket.ts'

const HERE = '127.0.0.2'
const SDP = `v=0\r\no=- 1 1 IN IP4 ${HERE}\r\ns=-\r\nc=IN IP4 ${HERE}\r\nt=0 0\r\nm=audio 5072 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`

/** A call as the PBX sees it; moments are of `performance.now()`. */
export type Call = {
  callId: string
  sentAt: number
  /** Reject if the call fails. */
  ringing: Promise<number>
  answered: Promise<number>
  hangUp: () => Promise<void>
}

const keyOf = (callId: string, method: string | undefined) => `${callId} ${method}`

/** The PBX, which calls. */
export async function openCaller() {
  const heard = new Map<string, (response: SipResponse, at: number) => void>()
  let count = 0

  const socket = await openSocket(HERE, {
    onRequest: (request, _, from) => socket.send(responseTo(request, 200, 'OK'), from),
    onResponse(response, at) {
      const key = keyOf(headerOf(response, 'Call-ID') ?? '', headerOf(response, 'CSeq')?.split(' ')[1])
      socket.heard(key)
      heard.get(key)?.(response, at)
    },
  })

  const viaOf = (branch: string) => ['Via', `SIP/2.0/UDP ${HERE}:5060;rport;branch=z9hG4bK${branch}`] as const

  function call(user: string, gateway: Place): Call {
    count += 1
    const callId = `bench-${count}`
    const uri = `sip:${user}@${gateway.host}`
    const kept: Headers = [
      ['Max-Forwards', '70'],
      ['From', `<sip:1002@${HERE}>;tag=${callId}`],
      ['Call-ID', callId],
    ]
    const invite: SipRequest = {
      method: 'INVITE',
      uri,
      headers: [viaOf(callId), ...kept, ['To', `<${uri}>`], ['CSeq', '1 INVITE'], ['Contact', `<sip:1002@${HERE}:5060>`]],
      body: SDP,
    }
    const [ringing, answered] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()]
    for (const { promise } of [ringing, answered]) promise.catch(() => {})
    let ok: SipResponse | undefined

    function inDialog(method: string, cseq: number, answer: SipResponse): SipRequest {
      const target = parseAddress(headerOf(answer, 'Contact') ?? '')?.uri ?? uri
      const route = headersOf(answer, 'Record-Route').toReversed()
      const own: Headers = [
        viaOf(`${callId}${method}`),
        ...kept,
        ['To', headerOf(answer, 'To') ?? ''],
        ['CSeq', `${cseq} ${method}`],
      ]
      return { method, uri: target, headers: [...own, ...route.map((hop) => ['Route', hop] as const)], body: '' }
    }

    heard.set(keyOf(callId, 'INVITE'), (response, at) => {
      if (response.status < 180) return
      if (response.status < 200) return ringing.resolve(at)
      if (response.status < 300) {
        ok = response
        answered.resolve(at)
        return socket.send(inDialog('ACK', 1, response), gateway)
      }
      const failed = new Error(`the call to ${user} ended with ${response.status}`)
      for (const { reject } of [ringing, answered]) reject(failed)
      const headers: Headers = [viaOf(callId), ...kept, ['To', headerOf(response, 'To') ?? ''], ['CSeq', '1 ACK']]
      socket.send({ method: 'ACK', uri, headers, body: '' }, gateway)
    })
    const sentAt = performance.now()
    socket.insist(keyOf(callId, 'INVITE'), invite, gateway)

    return {
      callId,
      sentAt,
      ringing: ringing.promise,
      answered: answered.promise,
      async hangUp(): Promise<void> {
        if (ok === undefined) throw new Error(`the call to ${user} was not answered`)
        const [ended, bye] = [Promise.withResolvers<void>(), keyOf(callId, 'BYE')]
        heard.set(bye, () => ended.resolve())
        socket.insist(bye, inDialog('BYE', 2, ok), gateway)
        await ended.promise
        heard.delete(bye)
        heard.delete(keyOf(callId, 'INVITE'))
      },
    }
  }

  return { call }
}

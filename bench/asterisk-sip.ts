/** As much of SIP (RFC 3261) as a user agent on the loopback needs. */

export const [PBX, HERE] = ['127.0.0.1:5060', '127.0.0.1:5070']

const SDP = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5072 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`

/** `status` is missing in a request. `header`: by its name in small letters, empty if it is not there. */
export type Message = { method: string; user: string; status: number | undefined; header: (name: string) => string }

export function parse(text: string): Message {
  const [first = '', ...lines] = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n')
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  const header = (name: string) => headers.get(name) ?? ''
  const [, status] = /^SIP\/2\.0 (\d+)/.exec(first) ?? []
  const [, user = ''] = /^\w+ sip:([^@]*)@/.exec(first) ?? []
  const method = header('cseq').split(' ')[1] ?? ''
  return { method, user, status: status === undefined ? undefined : Number(status), header }
}

const message = (first: string, headers: Record<string, string>, body = ''): string => {
  const all = { ...headers, ...(body && { 'Content-Type': 'application/sdp' }), 'Content-Length': String(body.length) }
  return `${[first, ...Object.entries(all).map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n${body}`
}

/** What is the same in all requests of a dialog, and the user's part of its URIs. */
export type Dialog = { callId: string; from: string; to: string; user: string }

export const dialogOf = (from: string, to: string, callId: string): Dialog => {
  return { callId, from: `<sip:${from}@${PBX}>;tag=${callId}`, to: `<sip:${to}@${PBX}>`, user: to }
}

export function request(method: string, { callId, from, to, user }: Dialog, cseq: number, more = {}): string {
  const uri = method === 'REGISTER' ? `sip:${PBX}` : `sip:${user}@${PBX}`
  const headers = {
    Via: `SIP/2.0/UDP ${HERE};rport;branch=z9hG4bK${callId}${method}${cseq}`,
    'Max-Forwards': '70',
    From: from,
    To: to,
    'Call-ID': callId,
    CSeq: `${cseq} ${method}`,
    Contact: `<sip:${from.slice(5, from.indexOf('@'))}@${HERE}>`,
    ...more,
  }
  return message(`${method} ${uri} SIP/2.0`, headers, method === 'INVITE' ? SDP : '')
}

export function reply({ method, header }: Message, status: string): string {
  const to = header('to')
  const headers = {
    Via: header('via'),
    From: header('from'),
    To: to.includes(';tag=') ? to : `${to};tag=phone`,
    'Call-ID': header('call-id'),
    CSeq: header('cseq'),
    Contact: `<sip:${HERE}>`,
  }
  return message(`SIP/2.0 ${status}`, headers, method === 'INVITE' && status.startsWith('200') ? SDP : '')
}

/** What sipp plays, as its XML. Each message is its lines; sipp fills in what stands in brackets. */

const message = (attributes: string, lines: readonly string[]) => `<send${attributes}><![CDATA[
${lines.map((line) => `      ${line}`).join('\n')}

    ]]></send>`

const SDP = [
  'Content-Type: application/sdp',
  'Content-Length: [len]',
  '',
  'v=0',
  'o=- 1 1 IN IP[local_ip_type] [local_ip]',
  's=-',
  'c=IN IP[media_ip_type] [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
]

const reply = (status: string, ...rest: string[]) =>
  message('', [
    `SIP/2.0 ${status}`,
    '[last_Via:]',
    '[last_From:]',
    '[last_To:];tag=[pid][call_number]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    'Contact: <sip:[local_ip]:[local_port]>',
    ...(rest.length > 0 ? rest : ['Content-Length: 0']),
  ])

const recv = (attributes: string) => `<recv ${attributes}/>`

/** The answers to the INVITE and to its CANCEL go back by the Via that each came with. */
const CANCELLED = [
  recv('request="CANCEL"'),
  reply('200 OK'),
  message('', [
    'SIP/2.0 487 Request Terminated',
    '[last_Via:]',
    '[last_From:]',
    '[last_To:];tag=[pid][call_number]',
    '[last_Call-ID:]',
    'CSeq: [cseq] INVITE',
    'Content-Length: 0',
  ]),
  recv('request="ACK"'),
]

const refusal = (status: string) => [reply('180 Ringing'), reply(status), recv('request="ACK"')]

/** What a phone does with an INVITE. */
export const BEHAVIOURS = {
  answers: [reply('180 Ringing'), reply('200 OK', ...SDP), recv('request="ACK"'), recv('request="BYE"'), reply('200 OK')],
  rings: [reply('180 Ringing'), ...CANCELLED],
  'is busy': refusal('486 Busy Here'),
  declines: refusal('603 Decline'),
  'is gone': [reply('404 Not Found'), recv('request="ACK"')],
}
export type Behaviour = keyof typeof BEHAVIOURS

const scenario = (steps: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="phone">\n${steps.join('\n')}\n</scenario>\n`

export const phoneScenario = (behaviour: Behaviour) => scenario([recv('request="INVITE"'), ...BEHAVIOURS[behaviour]])

const request = (attributes: string, method: string, uri: string, cseq: string, to: string, ...rest: string[]) =>
  message(attributes, [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'From: <sip:[user]@127.0.0.1>;tag=[pid][call_number]',
    `To: ${to}`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Max-Forwards: 70',
    ...rest,
  ])

/** A phone registers: its `contact` is where it is and the parameters of its URI. */
export const REGISTER = scenario([
  request(
    ' retrans="500"',
    'REGISTER',
    'sip:[remote_ip]',
    '1',
    '<sip:[user]@127.0.0.1>',
    'Contact: <sip:[user]@[contact]>;expires=[expires]',
    'Content-Length: 0',
  ),
  recv('response="100" optional="true"'),
  recv('response="200"'),
])

const CALLED = '<sip:[field0]@127.0.0.1>'
const HERE = 'Contact: <sip:[user]@[local_ip]:[local_port]>'

/** Many callers, each to the extension of a line of a file, who talk for a second. */
export const CALLS = scenario([
  request('', 'INVITE', 'sip:[field0]@127.0.0.1', '1', CALLED, HERE, ...SDP),
  recv('response="100" optional="true"'),
  recv('response="180" optional="true"'),
  recv('response="183" optional="true"'),
  recv('response="200" rrs="true"'),
  request('', 'ACK', '[next_url]', '1', `${CALLED}[peer_tag_param]`, 'Content-Length: 0'),
  '<pause milliseconds="1000"/>',
  request(' retrans="500"', 'BYE', '[next_url]', '2', `${CALLED}[peer_tag_param]`, 'Content-Length: 0'),
  recv('response="200"'),
])

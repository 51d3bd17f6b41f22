/** SIP messages (RFC 3261, 7) of one well-behaved peer. */

export type Headers = readonly (readonly [name: string, value: string])[]
export type SipRequest = { method: string; uri: string; headers: Headers; body: string }
export type SipResponse = { status: number; reason: string; headers: Headers; body: string }

/** RFC 3261, 7.3.3. */
const COMPACT: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  l: 'content-length',
  c: 'content-type',
  s: 'subject',
  k: 'supported',
  e: 'content-encoding',
}
const REQUEST = /^([A-Z]+) (\S+) SIP\/2\.0$/
const STATUS = /^SIP\/2\.0 ([1-6]\d\d) (.*)$/
const FOLDED = /\r\n[ \t]+/g

const canonical = (name: string): string => {
  const lower = name.toLowerCase()
  return COMPACT[lower] ?? lower
}

function parseHeader(line: string): readonly [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
}

/** `undefined` for a keep-alive, and for what is not SIP. */
export function parseSip(text: string): SipRequest | SipResponse | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = text.slice(0, end).replace(FOLDED, ' ').split('\r\n')
  if (lines.some((line) => line.indexOf(':') < 1)) return undefined
  const rest = { headers: lines.map(parseHeader), body: text.slice(end + 4) }
  const [, method, uri] = REQUEST.exec(first) ?? []
  if (method !== undefined && uri !== undefined) return { method, uri, ...rest }
  const [, status, reason] = STATUS.exec(first) ?? []
  return status === undefined ? undefined : { status: Number(status), reason: reason ?? '', ...rest }
}

const startOf = (message: SipRequest | SipResponse): string =>
  'status' in message ? `SIP/2.0 ${message.status} ${message.reason}` : `${message.method} ${message.uri} SIP/2.0`

/** With its Content-Length. */
export function formatSip(message: SipRequest | SipResponse): string {
  const kept = message.headers.filter(([name]) => canonical(name) !== 'content-length')
  const lines = [...kept, ['Content-Length', Buffer.byteLength(message.body)]].map(([name, value]) => `${name}: ${value}`)
  return `${[startOf(message), ...lines].join('\r\n')}\r\n\r\n${message.body}`
}

type WithHeaders = { headers: Headers }

/** Every value of a header, in whatever case and form its name stands there. */
export const headersOf = ({ headers }: WithHeaders, name: string): string[] =>
  headers.flatMap(([candidate, value]) => (canonical(candidate) === canonical(name) ? [value] : []))

export const headerOf = (message: WithHeaders, name: string): string | undefined => headersOf(message, name)[0]

const ECHOED = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'record-route'])

/** RFC 3261, 8.2.6. `tag`: of the To, if the request has none. */
export function responseTo(
  request: SipRequest,
  status: number,
  reason: string,
  { tag, headers = [] }: { tag?: string; headers?: Headers } = {},
): SipResponse {
  const echoed = request.headers.filter(([name]) => ECHOED.has(canonical(name)))
  const tagged = echoed.map(([name, value]): readonly [string, string] =>
    canonical(name) === 'to' && tag !== undefined && !/;\s*tag=/i.test(value) ? [name, `${value};tag=${tag}`] : [name, value],
  )
  return { status, reason, headers: [...tagged, ...headers], body: '' }
}

import {
  formatSip,
  type Headers,
  headerOf,
  parseSip,
  responseTo,
  type SipRequest,
  type SipResponse,
} from '../../../pbx/kamailio/sip/message.ts'
import { openLink, type Transport } from './links.ts'

export type Received<M> = M & { at: number }

let count = 0
/** Unique in a run. */
export const fresh = (prefix: string): string => {
  count += 1
  return `${prefix}${process.pid}${count}`
}

const typeOf = (body: string): Headers => (body === '' ? [] : [['Content-Type', 'application/sdp']])

type UaOptions = { port?: number; transport?: Transport; onResponse?: (response: Received<SipResponse>) => void }

/** A user agent on the loopback, message by message: nothing is repeated or answered by itself. */
export async function openUa(
  host: string,
  onRequest: (request: SipRequest) => void,
  { port = 0, transport = 'UDP', onResponse }: UaOptions = {},
) {
  const requests: Received<SipRequest>[] = []
  const responses: Received<SipResponse>[] = []

  function heard(text: string): void {
    const message = parseSip(text)
    if (!message) return
    const at = performance.now()
    if ('status' in message) {
      const response = { ...message, at }
      responses.push(response)
      onResponse?.(response)
    } else {
      requests.push({ ...message, at })
      onRequest(message)
    }
  }

  let link = await openLink(transport, host, port, heard)

  return {
    /** What it says in its Contact. */
    address: () => link.place,
    requests,
    responses,
    /** Sends a request; what is not given is made. `body`: SDP. */
    request(method: string, uri: string, headers: Headers, body = ''): void {
      const given = new Set(headers.map(([name]) => name.toLowerCase()))
      const own = [
        ['Via', `SIP/2.0/${transport} ${link.sentBy};branch=z9hG4bK${fresh('b')};rport`],
        ['Max-Forwards', '70'],
        ['From', `<sip:ua@${link.sentBy}>;tag=${fresh('t')}`],
        ['To', `<${uri}>`],
        ['Call-ID', fresh('c')],
        ['CSeq', `1 ${method}`],
      ] as const
      const all = [...own.filter(([name]) => !given.has(name.toLowerCase())), ...headers]
      link.send(formatSip({ method, uri, headers: [...all, ...typeOf(body)], body }))
    },
    respond(request: SipRequest, status: number, reason: string, headers: Headers = [], body = ''): void {
      const tag = `tag-${link.sentBy.replaceAll(':', '-')}`
      link.send(formatSip({ ...responseTo(request, status, reason, { tag, headers: [...headers, ...typeOf(body)] }), body }))
    },
    /** Leaves its connection, or its port. */
    close: () => link.close(),
    /** A new connection, or another port. */
    async reconnect(): Promise<void> {
      link = await openLink(transport, host, 0, heard)
    },
  }
}

export const methodOf = (response: SipResponse): string => headerOf(response, 'CSeq')?.split(' ')[1] ?? ''

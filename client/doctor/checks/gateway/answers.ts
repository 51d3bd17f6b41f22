import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIP } from 'node:net'
import { parseListen } from '../../../listen.ts'
import type { SettingsFile } from '../../../settings.ts'
import { broken, type Catalogue, type Finding, finder, ok } from '../../finding.ts'

export const GATEWAY = {
  gateway_answers: ok('Calls and registrations pass through the SIP gateway.'),
  gateway_silent: broken(
    'Without the SIP gateway phones cannot register, and no call reaches them.',
    'systemctl status kamailio; compare gateway.sip with the `listen` lines of its configuration and with the firewall.',
  ),
} satisfies Catalogue

const found = finder(GATEWAY)
/** Two retransmissions, as RFC 3261 17.1.2.1 has them. */
const SEND_AT_MS = [0, 500, 1_500]
const WITHIN_MS = 3_000

const optionsTo = (host: string, port: number, own: { address: string; port: number }): string => {
  const at = (address: string) => (isIP(address) === 6 ? `[${address}]` : address)
  const id = () => randomBytes(8).toString('hex')
  return [
    `OPTIONS sip:${at(host)}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${at(own.address)}:${own.port};rport;branch=z9hG4bK${id()}`,
    'Max-Forwards: 70',
    `From: <sip:doctor@${at(own.address)}>;tag=${id()}`,
    `To: <sip:${at(host)}:${port}>`,
    `Call-ID: ${id()}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
}

/** The status of a SIP answer. Throws what the socket says, or `ABORT_ERR` after the time. */
async function ping(socket: Socket, host: string, port: number): Promise<string> {
  const signal = AbortSignal.timeout(WITHIN_MS)
  socket.connect(port, host)
  await once(socket, 'connect', { signal })
  const request = optionsTo(host, port, socket.address())
  const timers = SEND_AT_MS.map((ms) => setTimeout(() => socket.send(request), ms))
  try {
    for (;;) {
      const [packet] = (await once(socket, 'message', { signal })) as [Buffer]
      const [, status] = /^SIP\/2\.0 (\d{3}) /.exec(packet.toString('latin1')) ?? []
      if (status !== undefined) return status
    }
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** SIP OPTIONS over UDP (RFC 3261, 11) to address:port: the status of the answer, or why there is none. */
export async function askOptions(address: string): Promise<{ status: string } | { failed: string }> {
  const { host, port } = parseListen(address) ?? { host: '', port: 0 }
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4')
  try {
    return { status: await ping(socket, host, port) }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return { failed: code === 'ABORT_ERR' ? `no answer in ${WITHIN_MS / 1000} s` : code }
  } finally {
    socket.close()
  }
}

/** Where the holder finds Kamailio: any answer will do. */
export async function checkGateway({ gateway }: SettingsFile): Promise<Finding[]> {
  if (!gateway) return []
  const answer = await askOptions(gateway.sip)
  if ('status' in answer) return [found('gateway_answers', `${gateway.sip} answers OPTIONS with ${answer.status}.`)]
  return [found('gateway_silent', `${gateway.sip}, SIP OPTIONS over UDP: ${answer.failed}.`)]
}

/** Scans a gateway as fast as it can, until it is ended. Arguments: the address to scan, and one to scan from. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'

const [to = '', from = ''] = process.argv.slice(2)
const AT_ONCE = 50

const scan = (i: number) =>
  Buffer.from(
    [
      `REGISTER sip:${to} SIP/2.0`,
      `Via: SIP/2.0/UDP ${from}:5060;branch=z9hG4bK${i}`,
      `From: <sip:100@${to}>;tag=${i}`,
      `To: <sip:100@${to}>`,
      `Call-ID: scan-${i}`,
      'CSeq: 1 REGISTER',
      `Contact: <sip:100@${from}>`,
      'User-Agent: friendly-scanner',
      'Max-Forwards: 70',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  )

const socket = createSocket('udp4')
socket.bind(5060, from)
await once(socket, 'listening')
process.stdout.write('listening\n')
for (let i = 0; ; i += AT_ONCE) {
  const sent = Array.from({ length: AT_ONCE }, (_, j) => new Promise((done) => socket.send(scan(i + j), 5060, to, done)))
  await Promise.all(sent)
  await turn()
}

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { DnsFault } from './weather.ts'

const A = 1
const CODES = { servfail: 2, absent: 3 } as const

/** Of the relay, of nobody, and of something that answers in the relay's place. */
export const ADDRESSES = { relay: '127.0.0.1', dead: '127.0.0.9', portal: '127.0.0.8' }

/** The header and question of a query (RFC 1035, 4.1) with an answer: one address that nobody may keep, or a code. */
function answerTo(query: Buffer, says: DnsFault | undefined): Buffer {
  const end = query.indexOf(0, 12) + 5
  const code = says === 'servfail' || says === 'absent' ? CODES[says] : 0
  const address = says === 'dead_address' ? ADDRESSES.dead : says === 'portal_address' ? ADDRESSES.portal : ADDRESSES.relay
  const records = code === 0 && query.readUInt16BE(end - 4) === A ? [recordOf(address)] : []
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8180 | code, 2)
  header.writeUInt16BE(records.length, 6)
  header.writeUInt32BE(0, 8)
  return Buffer.concat([header, query.subarray(12, end), ...records])
}

/** A pointer to the question's name, A, IN, 0 s, 4 bytes. */
const recordOf = (address: string): Buffer =>
  Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)])

/** A resolver that says of every name what the weather wants. */
export async function startDns(port: number, fault: () => DnsFault | undefined): Promise<void> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const says = fault()
    if (says !== 'silent') socket.send(answerTo(query, says), port, address)
  })
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
}

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const [A, NXDOMAIN] = [1, 3]

/** The header and question of a query (RFC 1035, 4.1) with an answer: addresses for A, nothing for other types. */
function answerTo(query: Buffer, addresses: readonly string[] | 'absent'): Buffer {
  const end = query.indexOf(0, 12) + 5
  const asked = query.readUInt16BE(end - 4)
  const records = addresses === 'absent' || asked !== A ? [] : addresses.map(recordOf)
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8180 | (addresses === 'absent' ? NXDOMAIN : 0), 2)
  header.writeUInt16BE(records.length, 6)
  header.writeUInt32BE(0, 8)
  return Buffer.concat([header, query.subarray(12, end), ...records])
}

/** A pointer to the question's name, A, IN, 60 s, 4 bytes. */
const recordOf = (address: string): Buffer =>
  Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)])

/** A DNS server over UDP that says one thing of every name; `silent` says nothing at all. */
export async function startStubDns(says: readonly string[] | 'absent' | 'silent', { port = 0, host = '127.0.0.1' } = {}) {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    if (says !== 'silent') socket.send(answerTo(query, says), port, address)
  })
  socket.bind(port, host)
  await once(socket, 'listening')
  return { address: `${host}:${socket.address().port}`, close: () => socket.close() }
}

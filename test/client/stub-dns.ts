import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv4 } from 'node:net'

const [A, AAAA, SERVFAIL, NXDOMAIN] = [1, 28, 2, 3]

/** Addresses of every name; that there is no such name; that it fails; or nothing at all. */
export type DnsFate = readonly string[] | 'absent' | 'failing' | 'silent'

/** The header and question of a query (RFC 1035, 4.1) with an answer: the addresses of the family that was asked for. */
function answerTo(query: Buffer, says: Exclude<DnsFate, 'silent'>): Buffer {
  const end = query.indexOf(0, 12) + 5
  const asked = query.readUInt16BE(end - 4)
  const addresses = typeof says === 'string' ? [] : says.filter((address) => asked === (isIPv4(address) ? A : AAAA))
  const code = says === 'absent' ? NXDOMAIN : says === 'failing' ? SERVFAIL : 0
  const header = Buffer.from(query.subarray(0, 12))
  header.writeUInt16BE(0x8180 | code, 2)
  header.writeUInt16BE(addresses.length, 6)
  header.writeUInt32BE(0, 8)
  return Buffer.concat([header, query.subarray(12, end), ...addresses.map(recordOf)])
}

const LOOPBACK_6 = [...Array(15).fill(0), 1]

/** A pointer to the question's name, the type, IN, 60 s, the address; of IPv6 `::1` only. */
function recordOf(address: string): Buffer {
  const [type, bytes] = isIPv4(address) ? [A, address.split('.').map(Number)] : [AAAA, LOOPBACK_6]
  return Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes])
}

/** A DNS server over UDP that says one thing of every name, until `says` changes. `asked` counts the questions. */
export async function startStubDns(says: DnsFate, { port = 0, host = '127.0.0.1' } = {}) {
  const socket = createSocket('udp4')
  const stub = { says, asked: 0, close: () => socket.close() }
  socket.on('message', (query, { port, address }) => {
    stub.asked += 1
    if (stub.says !== 'silent') socket.send(answerTo(query, stub.says), port, address)
  })
  socket.bind(port, host)
  await once(socket, 'listening')
  return Object.assign(stub, { address: `${host}:${socket.address().port}` })
}

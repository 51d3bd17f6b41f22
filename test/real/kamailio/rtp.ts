import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** One end of the media of a call: its SDP, and the RTP that comes to it. */
export async function openRtp(host: string) {
  const socket = createSocket('udp4').bind(0, host)
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  const heard: string[] = []
  socket.on('message', (packet) => heard.push(packet.subarray(12).toString()))
  const { port } = socket.address()
  let sequence = 0

  return {
    port,
    heard,
    sdp: ['v=0', `o=- 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0', `m=audio ${port} RTP/AVP 0`, ''].join('\r\n'),
    /** One packet of PCMU (RFC 3550, 5.1) to where an SDP says. */
    send(sdp: string, payload: string): void {
      sequence += 1
      const header = Buffer.alloc(12)
      header.writeUInt8(0x80, 0)
      header.writeUInt16BE(sequence, 2)
      header.writeUInt32BE(sequence * 160, 4)
      header.writeUInt32BE(port, 8)
      const { host: to, port: at } = mediaOf(sdp)
      socket.send(Buffer.concat([header, Buffer.from(payload)]), at, to)
    },
  }
}

/** Where an SDP has its audio. */
export function mediaOf(sdp: string) {
  const [, host = ''] = /^c=IN IP4 (\S+)/m.exec(sdp) ?? []
  const [, port = '', profile = ''] = /^m=audio (\d+) (\S+)/m.exec(sdp) ?? []
  return { host, port: Number(port), profile }
}

/** Whether nobody has a UDP port. */
export async function isFree(host: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  const tried = once(socket, 'listening').then(
    () => true,
    () => false,
  )
  socket.bind(port, host)
  const free = await tried
  socket.close()
  return free
}

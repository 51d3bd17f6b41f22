import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** `hang`: takes everything and answers nothing. `down`: breaks every connection. */
type Mode = 'up' | 'hang' | 'down'

/** A service that can fail: TCP in front of the one at `target`. `swallowed` counts what came while it hung. */
export async function startFlaky(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let mode: Mode = 'up'
  let swallowed = 0
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }

  const server = createServer((socket) => {
    if (mode === 'down') return void socket.destroy()
    const upstream = connect(Number(port), hostname)
    for (const end of [socket, upstream]) {
      sockets.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        sockets.delete(end)
        socket.destroy()
        upstream.destroy()
      })
    }
    socket.on('data', (bytes) => {
      if (mode === 'up') upstream.write(bytes)
      else swallowed += bytes.length
    })
    upstream.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallowed: () => swallowed,
    /** What hung or was open before is broken: bytes were lost on it. */
    become: (next: Mode) => {
      if (next !== 'hang') breakAll()
      mode = next
    },
    close: () => {
      breakAll()
      server.close()
    },
  }
}

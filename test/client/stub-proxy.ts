import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** An HTTP proxy for CONNECT only, to ports of this machine whatever the name; `asked` has what was asked for, and with which credentials. `open` counts connections. */
export async function startStubProxy(says: 'open' | 'hang' | number = 'open') {
  const asked: { target: string; credentials: string | undefined }[] = []
  const sockets = new Set<Socket>()
  const server = createServer()
  server.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))))
  server.on('connect', ({ url = '', headers }, near) => {
    asked.push({ target: url, credentials: headers['proxy-authorization'] })
    if (says === 'hang') return near.resume().on('end', () => near.destroy())
    if (says !== 'open') return near.end(`HTTP/1.1 ${says} No\r\ncontent-length: 0\r\n\r\n`)
    const far = connect(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n')
      near.pipe(far).pipe(near)
    })
    sockets.add(far)
    for (const socket of [near, far]) socket.on('error', () => {}).on('close', () => [near, far].map((side) => side.destroy()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { asked, port, url: `http://127.0.0.1:${port}`, open: () => sockets.size, close }
}

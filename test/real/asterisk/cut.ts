/** A wire between two ports (arguments: where it listens, where it leads) that SIGUSR2 cuts, and SIGSTOP keeps silent. */
import { connect, createServer, type Socket } from 'node:net'

const [from, to] = process.argv.slice(2).map(Number)
const sockets = new Set<Socket>()

const keep = (socket: Socket) => {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
}

createServer((client) => {
  const server = connect(Number(to), '127.0.0.1')
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    keep(one)
    one.pipe(other)
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}).listen(Number(from), '127.0.0.1', () => process.stdout.write('listening\n'))

process.on('SIGUSR2', () => {
  for (const socket of sockets) socket.destroy()
})

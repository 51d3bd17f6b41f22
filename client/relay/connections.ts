import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'

const CUT = ['ECONNRESET', 'EPIPE']

/** Since when each kept-alive connection is idle. `closedIdle` is told of one that was closed after so many ms without use. */
export function createConnections({ monotonic }: Pick<Clock, 'monotonic'>, closedIdle: (idleMs: number) => void) {
  const idleSince = new WeakMap<Socket, number>()
  const followed = new WeakSet<Socket>()

  function wake(socket: Socket): number | undefined {
    const since = idleSince.get(socket)
    idleSince.delete(socket)
    return since === undefined ? undefined : monotonic() - since
  }

  function closed(idleMs: number | undefined): void {
    if (idleMs !== undefined) closedIdle(idleMs)
  }

  /** Once: Node says of a connection that goes from one request straight to the next that it is not reused. */
  function follow(socket: Socket): void {
    if (followed.has(socket)) return
    followed.add(socket)
    socket.once('close', () => closed(wake(socket)))
  }

  return {
    /** Follows the connection that a request gets. */
    take(sent: ClientRequest) {
      let idleMs: number | undefined
      sent.once('socket', (socket) => {
        idleMs = wake(socket)
        follow(socket)
      })
      return {
        /** Whether the far side had closed it before it saw the request: another connection may do. */
        wasClosed(error: NodeJS.ErrnoException): boolean {
          if (!sent.reusedSocket || !CUT.includes(error.code ?? '')) return false
          closed(idleMs)
          return true
        },
        /** The answer is read: it is idle now, unless this was its last. */
        leave({ headers }: IncomingMessage): void {
          if (sent.socket && headers.connection !== 'close') idleSince.set(sent.socket, monotonic())
        },
      }
    },
  }
}

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Listening = { url: string; setAway: (away: boolean) => void; close: () => Promise<void> }

/**
 * Listens on 127.0.0.1; port 0 takes a free one. While it is away it drops every connection, and its port stays its own.
 * `close` ends open connections too.
 */
export async function listen(server: Server, port = 0): Promise<Listening> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setAway: (away) => {
      server.maxConnections = away ? 0 : Number.POSITIVE_INFINITY
      if (away) server.closeAllConnections()
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { createSecureContext, type PeerCertificate, TLSSocket } from 'node:tls'
import type { SettingsFile } from '../settings.ts'
import { trustedWith } from './ca.ts'
import type { Names } from './names.ts'
import { hostOf, placeOf } from './place.ts'
import { reportTo } from './report.ts'
import { openTunnel } from './tunnel.ts'

export type Network = SettingsFile['network']

/** Kept-alive connections to one origin: by addresses of `names`, with certificates of `caFile`, through the proxy. */
export function createAgent(origin: URL, { caFile, proxy }: Partial<Network>, names: Names) {
  const { Agent } = origin.protocol === 'https:' ? https : http
  // Made once: it takes as long as a handshake.
  const trust = caFile !== undefined && { secureContext: createSecureContext({ ca: trustedWith(caFile) }) }
  // The connection used last is the warmest.
  const agent = new Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo', lookup: names.lookup, ...trust })
  const closed = new AbortController()
  const reports = new WeakMap<Duplex, (passed: boolean) => void>()
  let certificate: PeerCertificate | undefined

  function open(options: http.ClientRequestArgs): Duplex {
    const socket = create(options) as Duplex
    // `secure` comes before the certificate is judged: a connection that is refused cannot be asked any more.
    if (socket instanceof TLSSocket)
      socket.prependListener('secure', () => {
        const seen = socket.getPeerCertificate()
        if (seen.issuer) certificate = seen
      })
    return socket
  }

  const create = agent.createConnection.bind(agent)
  agent.createConnection = (options, done) => {
    if (proxy === undefined) {
      const socket = open(options)
      reports.set(socket, reportTo(names, hostOf(origin), socket as TLSSocket))
      return socket
    }
    openTunnel(new URL(proxy), placeOf(origin), names, closed.signal).then(
      (socket) => done?.(null, origin.protocol === 'https:' ? open({ ...options, socket } as http.ClientRequestArgs) : socket),
      (error) => done?.(error, undefined as never),
    )
    return undefined
  }

  return {
    agent,
    /** Says whether it was the host itself that answered: a connection to something else is not used again. */
    judge(socket: Duplex, isHost: boolean): void {
      reports.get(socket)?.(isHost)
      if (!isHost) socket.destroy()
    },
    /** The certificate that was seen last, refused or not. */
    certificate: () => certificate,
    close(): void {
      closed.abort()
      agent.destroy()
      names.close()
    },
  }
}

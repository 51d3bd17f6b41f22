/**
 * The rest of the world, as a process in a network namespace of its own: relays on port 443 of several addresses, and
 * DNS servers that are honest or not. `node internet.ts DIR` writes the PBX's key and the authority's certificates there.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { pem } from '../../client/keys.ts'
import { startStubDns } from '../../client/stub-dns.ts'
import { startStubRelay } from '../../client/stub-relay.ts'
import { authority } from './certificates.ts'
import { ADDRESSES, DNS, NAME } from './places.ts'

const dir = process.argv[2] ?? '.'
writeFileSync(join(dir, 'key.pem'), pem, { mode: 0o600 })

const relay = await startStubRelay()
const everybody = authority(join(dir, 'public'), 'Public Authority')
const firewall = authority(join(dir, 'firewall'), 'Firewall Inc.')

async function front(host: string, certificate: { key: Buffer; cert: Buffer }): Promise<void> {
  const server = createTlsServer(certificate, (client) => {
    const upstream = connect(relay.port, '127.0.0.1')
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  server.listen(443, host)
  await once(server, 'listening')
}

await front(ADDRESSES.relay, everybody.sign(NAME))
await front(ADDRESSES.interceptor, firewall.sign(NAME))
await front(ADDRESSES.portal, everybody.sign('portal.example'))
await front(ADDRESSES.expired, everybody.sign(NAME, '20200101000000Z', '20210101000000Z'))
await front(ADDRESSES.expiring, everybody.sign(NAME, '20200101000000Z', inDays(5)))
const cutting = createServer((socket) => socket.once('data', () => socket.resetAndDestroy())).listen(443, ADDRESSES.cutting)
await once(cutting, 'listening')

function inDays(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/\D/g, '').slice(0, 14)}Z`
}

for (const [place, host] of Object.entries(DNS)) {
  const says =
    place === 'liar' ? '10.66.66.66' : place === 'honest' ? ADDRESSES.relay : ADDRESSES[place as keyof typeof ADDRESSES]
  await startStubDns([says], { host, port: 53 })
}
process.stdout.write('ready\n')

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../client/clock.ts'
import type { Network } from '../../client/net/agent.ts'
import { createNames } from '../../client/net/names.ts'
import { resolverSource, systemSource } from '../../client/net/resolvers.ts'
import { createTransport } from '../../client/relay/transport.ts'
import { createStore } from '../../client/store/store.ts'
import { authority, certificate, expired, key, ofAnotherName } from './certificates.ts'
import { runPns, settingsFor, stubRelay, temporaryDir } from './harness.ts'
import { startStubDns } from './stub-dns.ts'
import { startStubProxy } from './stub-proxy.ts'

const well: RequestListener = (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
const portal: RequestListener = (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('Log in')
const DEAD = '127.0.0.9'
const LIAR = '127.0.0.8'

type Way = Partial<Network> & { says?: string[]; system?: string[] }
type Place = { host?: string; port?: number; cert?: string | undefined }

async function server(answer: RequestListener, { host = '127.0.0.1', port = 0, cert }: Place = {}) {
  const server = cert ? createTlsServer({ key, cert }, answer) : createServer(answer)
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  server.listen(port, host)
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

/** A way to a relay by names that the stub alone knows, unless the system has addresses of it. */
async function wayTo(relay: string, { says = ['127.0.0.1'], system, ...network }: Way = {}) {
  const dns = await startStubDns(says)
  onTestFinished(() => void dns.close())
  const ask = () => (system ? Promise.resolve(system) : Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })))
  const kept: string[][] = []
  const book = { load: () => undefined, save: (_: string, { addresses }: { addresses: string[] }) => void kept.push(addresses) }
  const names = createNames([systemSource(ask), resolverSource(dns.address)], systemClock, book)
  const transport = createTransport({ relay, network: { resolvers: [], ...network } }, systemClock, { names })
  onTestFinished(transport.close)
  const message = { method: 'GET', path: '/v1/health', query: '', body: '' }
  const send = (withinMs = 2_000) => transport.send(message, withinMs)
  const statusOf = () => send().then(({ status }) => status)
  const failure = (withinMs?: number) => send(withinMs).then(String, ({ code, message }) => `${code}: ${message}`)
  return { dns, kept, names: transport.names, send, statusOf, failure }
}

function caFile(): string {
  const file = join(temporaryDir(), 'ca.pem')
  writeFileSync(file, authority)
  return file
}

it.each([
  ['the first address refuses', [DEAD, '127.0.0.1']],
  ['IPv6 refuses', ['::1', '127.0.0.1']],
])('a relay is reached when %s; what leads there is kept', async (_, system) => {
  const { port } = await server(well)
  const { statusOf, kept } = await wayTo(`http://relay.test:${port}`, { system })
  expect(await statusOf()).toBe(200)
  expect(kept).toEqual([['127.0.0.1']])
})

it('what answers in the place of the relay is never kept, nor its connection', async () => {
  const liar = await server(portal, { host: LIAR })
  const { dns, statusOf, send, kept } = await wayTo(`http://relay.test:${liar.port}`, { says: [LIAR] })
  await server(well, { port: liar.port })
  expect((await send()).text).toBe('Log in')
  expect(kept).toEqual([])
  dns.says = ['127.0.0.1']
  expect((await send()).text).toBe('{}')
  expect(kept).toEqual([['127.0.0.1']])
  dns.says = [LIAR]
  expect(await statusOf()).toBe(200)
  expect(liar.connections()).toBe(1)
})

it('DNS that leads to the certificate of somebody else fails one attempt, not the next', async () => {
  const liar = await server(well, { host: LIAR, cert: ofAnotherName })
  await server(well, { port: liar.port, cert: certificate })
  const way = await wayTo(`https://relay.test:${liar.port}`, { says: [LIAR], caFile: caFile() })
  expect(await way.failure()).toMatch(/^relay_unreachable: .*signed by "Test authority", for another name/)
  expect(way.kept).toEqual([])
  way.dns.says = [LIAR, '127.0.0.1']
  expect(await way.statusOf()).toBe(200)
  expect(way.kept).toEqual([['127.0.0.1']])
})

it.each([
  ['unknown', certificate, /signed by "Test authority", whom this machine does not trust \(.*network\.caFile/],
  ['known, expired', expired, /signed by "Test authority" and was valid until .*2025.*clock/],
  ['known, for another name', ofAnotherName, /for another name/],
])('a certificate of an authority that is %s is refused, and named', async (known, cert, says) => {
  const { port } = await server(well, { cert })
  const network = known === 'unknown' ? {} : { caFile: caFile() }
  const { failure } = await wayTo(`https://relay.test:${port}`, network)
  expect(await failure()).toMatch(says)
})

it('an authority of caFile is trusted', async () => {
  const { port } = await server(well, { cert: certificate })
  const { statusOf } = await wayTo(`https://relay.test:${port}`, { caFile: caFile() })
  expect(await statusOf()).toBe(200)
})

it.each(['http', 'https'])('through a proxy one connection carries many requests (%s)', async (scheme) => {
  const { port } = await server(well, { cert: scheme === 'https' ? certificate : undefined })
  const proxy = await startStubProxy()
  onTestFinished(proxy.close)
  const network = { proxy: `http://me:p%40ss@proxy.test:${proxy.port}`, caFile: caFile() }
  const { statusOf, names, kept } = await wayTo(`${scheme}://relay.test:${port}`, network)
  expect([await statusOf(), await statusOf()]).toEqual([200, 200])
  const credentials = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
  expect(proxy.asked).toEqual([{ target: `relay.test:${port}`, credentials }])
  expect(names().map(({ host }) => host)).toEqual(['proxy.test'])
  expect(kept).toEqual([['127.0.0.1']])
})

it('a certificate of another name is refused through a proxy too', async () => {
  const { port } = await server(well, { cert: ofAnotherName })
  const proxy = await startStubProxy()
  onTestFinished(proxy.close)
  const { failure } = await wayTo(`https://relay.test:${port}`, { proxy: proxy.url, caFile: caFile() })
  expect(await failure()).toMatch(/for another name/)
})

it.each<[number, RegExp]>([
  [407, /^relay_unreachable: .*the proxy wants other credentials.*network\.proxy = /],
  [403, /^relay_unreachable: .*the proxy answered CONNECT with 403.*allow/],
])('a proxy that answers %i is named', async (status, says) => {
  const proxy = await startStubProxy(status)
  onTestFinished(proxy.close)
  const { failure } = await wayTo('https://relay.test', { proxy: `http://me:secret@127.0.0.1:${proxy.port}` })
  const failed = await failure()
  expect(failed).toMatch(says)
  expect(failed).not.toContain('secret')
})

it('a relay that takes connections and says nothing is slow; one that no connection leads to is unreachable', async () => {
  const slow = await server(() => {})
  expect(await (await wayTo(`http://relay.test:${slow.port}`)).failure(100)).toMatch(/^relay_slow: /)
  const proxy = await startStubProxy('hang')
  onTestFinished(proxy.close)
  const hanging = await wayTo('https://relay.test', { proxy: proxy.url })
  const failed = [await hanging.failure(50), await hanging.failure(50)]
  for (const each of failed) expect(each).toMatch(/^relay_unreachable: .*no connection came about in time.*wakecall doctor/)
  // The callers have their answers while the proxy still owes both.
  expect(proxy.open()).toBe(2)
})

it('a proxy that hangs is left when the transport is closed', async () => {
  const proxy = await startStubProxy('hang')
  onTestFinished(proxy.close)
  const names = createNames([systemSource()], systemClock)
  const relay = { relay: 'https://relay.test', network: { resolvers: [], proxy: proxy.url } }
  const { send, close } = createTransport(relay, systemClock, { names })
  const sent = send({ method: 'GET', path: '/', query: '', body: '' }, 10_000).catch(({ message }) => message)
  await expect.poll(() => proxy.asked.length).toBe(1)
  close()
  expect(await sent).toContain('by network.proxy')
  await expect.poll(proxy.open).toBe(0)
})

it.each<[string, string, Way, RegExp]>([
  ['nothing listens', 'http://relay.test:1', {}, /nothing takes connections there \(ECONNREFUSED\)/],
  ['no proxy listens', 'http://relay.test:1', { proxy: 'http://127.0.0.1:1' }, /by network\.proxy, nothing takes connections/],
  ['nobody knows the name', 'http://relay.test:1', { says: [] }, /no address of relay\.test is known.*network\.resolvers/],
])('says what was seen and what to do when %s', async (_, relay, network, says) => {
  const { failure } = await wayTo(relay, network)
  expect(await failure()).toMatch(says)
})

it('the PNS shows the names of its relay, and keeps what they stood for', async () => {
  const relay = await stubRelay()
  const settings = settingsFor(`http://localhost:${relay.port}`)
  const pns = await runPns(settings)
  await pns.post('/push_call', { to: '1001', from: '1002', callId: 'c' })
  const { names } = (await pns.ask('/health')).json()
  expect(names).toEqual([{ host: 'localhost', ageSeconds: expect.any(Number), source: 'system', stale: false }])
  await pns.close()
  const store = createStore(settings.dataDir, systemClock)
  onTestFinished(() => store.close())
  expect(store.addresses.load('localhost')?.addresses).toContain('127.0.0.1')
})

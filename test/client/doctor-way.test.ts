import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { isPrivate } from '../../client/doctor/way/addresses.ts'
import { judgeClock } from '../../client/doctor/way/clock.ts'
import { checkDns, hostsEntries, judgeAnswers } from '../../client/doctor/way/dns.ts'
import { checkAlternateWay, checkWay } from '../../client/doctor/way/way.ts'
import { settingsFor, stubRelay } from './harness.ts'
import { startStubDns } from './stub-dns.ts'

const idsOf = (findings: readonly { id: string }[]) => findings.map(({ id }) => id)

/** A proxy that answers CONNECT with a status, and with 200 does what it says. */
async function proxyThat(status: (login: string | undefined) => number): Promise<string> {
  const server = createServer()
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    const answer = status(request.headers['proxy-authorization'])
    client.on('error', () => {})
    client.write(`HTTP/1.1 ${answer} \r\n\r\n`)
    if (answer !== 200) return client.end()
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const upstream = connect(Number(port), host).on('error', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

it.each([
  ['relay_reachable', 200],
  ['proxy_wants_credentials', 407],
  ['proxy_refuses', 403],
])('a proxy: %s', async (id, status) => {
  const proxy = `http://${await proxyThat(() => status)}`
  const findings = await checkWay(settingsFor((await stubRelay()).url, { network: { proxy } }))
  expect(idsOf(findings)).toContain(id)
  expect(idsOf(findings).includes('clock_right')).toBe(status === 200)
})

it('the proxy gets the credentials of the settings, percent-decoded, and nobody else does', async () => {
  const login = `Basic ${Buffer.from('ann:p@ss').toString('base64')}`
  const where = await proxyThat((given) => (given === login ? 200 : 407))
  const relay = await stubRelay()
  const good = await checkWay(settingsFor(relay.url, { network: { proxy: `http://ann:p%40ss@${where}` } }))
  const bad = await checkWay(settingsFor(relay.url, { network: { proxy: `http://ann:wrong-one@${where}` } }))
  expect(idsOf(good)).toContain('relay_reachable')
  expect(idsOf(bad)).toContain('proxy_wants_credentials')
  expect(JSON.stringify([good, bad])).not.toMatch(/p@ss|p%40ss|wrong-one/)
})

it('a proxy that is not there', async () => {
  const findings = await checkWay(settingsFor((await stubRelay()).url, { network: { proxy: 'http://127.0.0.1:1' } }))
  expect(idsOf(findings)).toContain('proxy_unreachable')
})

it('the alternate relay is examined too, and named', async () => {
  const [relay, alternate] = [await stubRelay(), await stubRelay()]
  expect(await checkAlternateWay(settingsFor(relay.url))).toEqual([])
  const findings = await checkAlternateWay(settingsFor(relay.url, { alternateRelay: alternate.url }))
  expect(idsOf(findings)).toContain('key_accepted')
  expect(findings.every(({ seen }) => seen.startsWith('alternateRelay: '))).toBe(true)
  expect([relay.received.length, alternate.received.length]).toEqual([0, 1])
})

it.each([
  ['clock_right', 0],
  ['clock_right', 4],
  ['clock_off', 30],
  ['clock_off', -299],
  ['clock_skewed', 61],
  ['clock_skewed', -301],
])('%s: the clock is %i s ahead', (id, ahead) => {
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT'
  expect(judgeClock(date, Date.parse(date) + ahead * 1000).id).toBe(id)
})

it('the time of the relay is taken from its answer', async () => {
  const anHourAgo = new Date(Date.now() - 3_600_000).toUTCString()
  const server = createServer((_request, response) => void response.setHeader('date', anHourAgo).end('{}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const findings = await checkWay(settingsFor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  const skewed = findings.find(({ id }) => id === 'clock_skewed')
  expect(skewed?.seen).toMatch(/^This machine is 36\d\d s ahead of the relay\.$/)
})

it('every resolver is asked, and what each said is shown', async () => {
  const servers = [await startStubDns(['93.184.216.34']), await startStubDns('absent')]
  onTestFinished(() => {
    for (const { close } of servers) close()
  })
  const { findings } = await checkDns(
    'relay.wakecall.invalid',
    'relay',
    servers.map(({ address }) => address),
  )
  const seen = findings.find(({ id }) => id === 'dns_disagrees')?.seen
  expect(seen).toContain(`${servers[0]?.address}: 93.184.216.34 in `)
  expect(seen).toContain(`${servers[1]?.address}: ENOTFOUND in `)
})

it('an address needs no resolver', async () => {
  expect(await checkDns('[::1]', 'relay', [])).toMatchObject({ findings: [{ id: 'dns_not_needed' }], addresses: ['::1'] })
})

const good = { resolver: 'a', ms: 9, addresses: ['93.184.216.34'] }

it.each([
  [
    'all is well, though a public service answers differently each time',
    [good, { ...good, addresses: ['93.184.216.35'] }],
    ['dns_answers'],
  ],
  ['one is silent', [good, { resolver: 'b', ms: 1500, addresses: [], code: 'ETIMEOUT' }], ['dns_resolver_fails']],
  ['one does not know the name', [good, { resolver: 'b', ms: 9, addresses: [], code: 'ENOTFOUND' }], ['dns_disagrees']],
  ['one says an address inside', [good, { ...good, addresses: ['10.0.0.1'] }], ['dns_disagrees', 'dns_private']],
  ['all say an address inside', [{ ...good, addresses: ['10.0.0.1'] }], ['dns_private']],
  ['one is slow', [good, { ...good, ms: 1001 }], ['dns_slow']],
])('resolvers: %s', (_what, answers, ids) => {
  expect(idsOf(judgeAnswers('relay.example', 'relay', answers, ['93.184.216.34']))).toEqual(ids)
})

it('the name of a proxy may be known inside only', () => {
  const answers = [
    { ...good, addresses: ['10.0.0.1'] },
    { resolver: 'b', ms: 9, addresses: [], code: 'ENOTFOUND' },
  ]
  expect(idsOf(judgeAnswers('proxy.example', 'proxy', answers, []))).toEqual(['dns_answers'])
})

it('no resolver has an answer: broken, unless /etc/hosts has the name', () => {
  const failed = [{ resolver: 'b', ms: 1500, addresses: [], code: 'ETIMEOUT' }]
  expect(idsOf(judgeAnswers('relay.example', 'relay', failed, []))).toEqual(['dns_fails'])
  expect(idsOf(judgeAnswers('relay.example', 'relay', failed, ['93.184.216.34']))).toEqual(['dns_resolver_fails'])
})

it('/etc/hosts is read as the system reads it', () => {
  const hosts = '127.0.0.1 localhost\n# 9.9.9.8 relay.example\n9.9.9.9\tother relay.example # ours\n::1 relay.example.org\n'
  expect(hostsEntries('relay.example', hosts)).toEqual(['9.9.9.9'])
})

it('addresses inside are told from public ones', () => {
  expect(
    ['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '169.254.1.1', '127.0.0.1', '::1', 'fd00::1', 'fe80::1'].filter(
      isPrivate,
    ),
  ).toHaveLength(9)
  expect(['9.9.9.9', '172.32.0.1', '192.169.0.1', '100.128.0.1', '2620:fe::fe'].filter(isPrivate)).toEqual([])
})

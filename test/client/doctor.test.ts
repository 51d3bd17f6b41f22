import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { CATALOGUE } from '../../client/doctor/catalogue.ts'
import { examine } from '../../client/doctor/examine.ts'
import { levelOf, reportOf } from '../../client/doctor/report.ts'
import { loadSettings } from '../../client/load-settings.ts'
import { run, settingsFile } from './cli.ts'
import { runPns, stubRelay } from './harness.ts'
import { FCM } from './keys.ts'
import { problem } from './stub-relay.ts'

const idsOf = (findings: readonly { id: string }[]) => findings.map(({ id }) => id)
const brokenOf = (findings: Awaited<ReturnType<typeof examine>>) => idsOf(findings.filter(({ level }) => level === 'broken'))

async function serverThat(answers: RequestListener): Promise<number> {
  const server = createServer(answers).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A PNS before its relay, with the settings file that both it and the doctor read. */
async function setUp(change: Record<string, unknown> = {}) {
  const relay = await stubRelay()
  const config = settingsFile(relay.url, { defaultApp: 'com.example.phone', log: { level: 'silent' }, ...change })
  const pns = await runPns(loadSettings(config))
  const listen = new URL(pns.url).host
  writeFileSync(config, readFileSync(config, 'utf8').replace('127.0.0.1:0', listen))
  return { relay, pns, config, listen }
}

it('nothing is broken in a healthy set-up, and everything was looked at', async () => {
  const { config, listen } = await setUp()
  const findings = await examine(config)
  expect(brokenOf(findings)).toEqual([])
  expect(idsOf(findings)).toEqual(
    expect.arrayContaining([
      'settings_read',
      'key_file_private',
      'service_runs',
      'dns_not_needed',
      'relay_reachable',
      'tls_not_needed',
    ]),
  )
  expect(idsOf(findings)).toEqual(expect.arrayContaining(['clock_right', 'mtu_fits', 'key_accepted', 'outbox_fresh', 'no_calls']))
  expect(idsOf(findings)).not.toContain('not_checked')
  expect(findings.find(({ id }) => id === 'service_runs')?.seen).toMatch(`${listen}: pid ${process.pid} (`)
})

it('without the service the rest is examined', async () => {
  const { config, pns } = await setUp()
  await pns.close()
  const findings = await examine(config)
  expect(brokenOf(findings)).toEqual(['service_down'])
  expect(idsOf(findings)).toContain('key_accepted')
  expect(findings.filter(({ id }) => id === 'not_checked').map(({ seen }) => seen)).toEqual([
    expect.stringContaining('the names that the service knows'),
    expect.stringContaining('what waits for the relay'),
    expect.stringContaining('the last calls'),
  ])
})

it('who has taken the port is named', async () => {
  const port = await serverThat((_request, response) => void response.end('hello'))
  const config = settingsFile((await stubRelay()).url, { listen: `127.0.0.1:${port}` })
  const taken = (await examine(config)).find(({ id }) => id === 'port_taken')
  expect(taken?.seen).toMatch(`pid ${process.pid} (`)
})

it('another localToken than that of the service is told from a stranger', async () => {
  const { listen } = await setUp({ localToken: 'the-token-of-the-service' })
  const config = settingsFile('https://relay.example', { listen, localToken: 'the-token-of-the-file' })
  const findings = await examine(config, undefined, 1)
  expect(idsOf(findings)).toContain('service_locked')
  expect(JSON.stringify(findings)).not.toContain('the-token-of')
})

it('without usable settings, what needs them is said to be left out', async () => {
  const config = settingsFile('ftp://relay.example', { colour: 'red' })
  const findings = await examine(config)
  const settings = findings.find(({ id }) => id === 'settings_refused')
  expect(settings?.seen).toMatch(/relay.*colour|colour.*relay/s)
  const left = findings.filter(({ id }) => id === 'not_checked').map(({ seen }) => seen)
  for (const what of ['the key file', 'the disk', 'the way to the relay', 'Asterisk', 'the SIP gateway']) {
    expect(left).toContainEqual(expect.stringContaining(`${what}, because the settings cannot be used`))
  }
})

it('a key that others may read is found, and the way to the relay is examined all the same', async () => {
  const { config } = await setUp()
  chmodSync(loadSettings(config).keyFile, 0o644)
  const findings = await examine(config)
  expect(brokenOf(findings)).toEqual(['key_file_open'])
  expect(findings.find(({ id }) => id === 'key_file_open')?.seen).toContain('mode 644')
  expect(idsOf(findings)).toEqual(expect.arrayContaining(['settings_read', 'clock_right']))
})

it('a key that is not there', async () => {
  const config = settingsFile((await stubRelay()).url, { keyFile: '/nowhere/key.pem', listen: '127.0.0.1:1' })
  expect(brokenOf(await examine(config))).toEqual(['key_file_unusable', 'service_down'])
})

it('a key that the relay does not know', async () => {
  const { config, relay } = await setUp()
  relay.keys.clear()
  expect(brokenOf(await examine(config))).toEqual(['key_refused'])
})

it('a relay that is not there', async () => {
  const { config, relay } = await setUp()
  await relay.close()
  const findings = await examine(config)
  expect(brokenOf(findings)).toEqual(['relay_refuses_connections'])
  expect(findings.map(({ seen }) => seen)).toContainEqual(expect.stringContaining('TLS, clock, MTU and key'))
})

it.each([
  ['relay_failing', () => problem('internal')],
  ['relay_stranger', () => ({ status: 200, body: '<html>Sign in</html>' })],
  ['relay_throttles', () => problem('push_rate_exceeded', {}, { 'retry-after': '9' })],
])('the relay answers, but: %s', async (id, fate) => {
  const { config, relay } = await setUp()
  relay.fate = fate
  expect(idsOf(await examine(config))).toContain(id)
})

it('changes that the relay refused for good', async () => {
  const { config, relay, pns } = await setUp()
  relay.fate = (received) => (received.method === 'PUT' ? problem('token_refused') : relay.well(received))
  await pns.post('/register', { extension: '1001', platform: 'android', token: FCM })
  await vi.waitFor(async () => expect(idsOf(await examine(config))).toContain('changes_parked'), 5_000)
})

it('a check that fails or hangs hides no other', async () => {
  const checks = [
    { what: 'the first', run: () => Promise.reject(new Error('oh')) },
    { what: 'the second', run: () => new Promise<never>(() => {}) },
    { what: 'the third', run: () => [] },
  ]
  const findings = await examine(settingsFile('https://relay.example', { listen: '127.0.0.1:1' }), checks, 10)
  expect(findings.map(({ seen }) => seen)).toEqual([
    expect.stringContaining('the first, because the check itself failed: oh'),
    expect.stringContaining('the second, because it took longer'),
  ])
})

it('the report tells what to do, and sums up', () => {
  const finding = { id: 'x', level: 'broken' as const, seen: 'Seen.', why: 'Why.', todo: 'Do.' }
  const left = { ...finding, id: 'not_checked', level: 'warning' as const }
  expect(reportOf([left, finding, { ...finding, id: 'y', level: 'ok' }, left])).toEqual([
    'BROKEN   x: Seen.',
    '         Why it matters: Why.',
    '         What to do: Do.',
    'ok       y: Seen.',
    'warning  not_checked: Seen.',
    'warning  not_checked: Seen.',
    '         Why it matters: Why.',
    '         What to do: Do.',
    '',
    'Broken: 1, warnings: 2, in order: 1. doctor.md explains each (docs/, or /usr/share/doc/wakecall/).',
  ])
  expect([levelOf([]), levelOf([{ ...finding, level: 'warning' }]), levelOf([finding])]).toEqual(['ok', 'warning', 'broken'])
})

it('the command ends with 2 if something is broken, and prints no secret', async () => {
  const secrets = {
    localToken: 'token-that-is-secret',
    ari: { url: 'http://127.0.0.1:1/ari', username: 'u', password: 'pass-word' },
  }
  const network = { proxy: 'http://user:hush-hush@127.0.0.1:1' }
  const config = settingsFile('https://relay.example', { listen: '127.0.0.1:1', network, ...secrets })
  const { code, out, err } = await run(['doctor', '--json', '--config', config])
  expect([code, err]).toEqual([2, 'Something is broken.\n'])
  const { level, findings } = JSON.parse(out)
  expect(level).toBe('broken')
  expect(brokenOf(findings)).toEqual(['service_down', 'proxy_unreachable', 'ari_unreachable'])
  expect(out).not.toMatch(/token-that-is-secret|pass-word|hush-hush/)
})

it('docs/doctor.md has every finding with its level, and no other', () => {
  const headings = readFileSync('docs/doctor.md', 'utf8').matchAll(/^### `(\w+)` \((ok|warning|broken)\)$/gm)
  const written = [...headings].map(([, id, level]) => [id, level]).sort()
  expect(written).toEqual(
    Object.entries(CATALOGUE)
      .map(([id, { level }]) => [id, level])
      .sort(),
  )
})

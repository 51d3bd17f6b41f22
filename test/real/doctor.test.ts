import { execFileSync } from 'node:child_process'
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Finding } from '../../client/doctor/finding.ts'
import { bundleClient } from '../../packaging/bundle.ts'
import { namespaces } from './doctor/namespaces.ts'
import { ADDRESSES, DNS, NAME, NOWHERE } from './doctor/places.ts'
import { type Running, start } from './shell.ts'

const world = namespaces(`wc${process.pid}`)
const cwd = process.cwd()
const dir = mkdtempSync(join(tmpdir(), 'wakecall-doctor-'))
const authority = join(dir, 'public/ca.pem')
const undo: (() => void)[] = []
let internet: Running
let pns: Running

/** A settings file that is good but for `change`. */
function settings(change: Record<string, unknown> = {}, name = 'wakecall.toml'): string {
  const file = join(dir, name)
  const good = { relay: `https://${NAME}`, pbx: 'hq', keyFile: join(dir, 'key.pem'), dataDir: join(dir, 'data') }
  writeFileSync(file, stringify({ ...good, log: { level: 'error' }, ...change }))
  return file
}

const inPbx = (...command: string[]) => ['netns', 'exec', world.pbx, ...command]
const doctor = (config: string, ...args: string[]) => [process.execPath, 'pbx/wakecall.ts', 'doctor', ...args, '--config', config]

type Outcome = { code: number; out: string }

/** The real command on the PBX. */
function run(command: string[], from = cwd): Outcome {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: authority }
  try {
    return { code: 0, out: execFileSync('ip', inPbx(...command), { env, cwd: from, stdio: 'pipe', encoding: 'utf8' }) }
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string }
    return { code: status, out: stdout }
  }
}

const examine = (config = settings()) => examined(run(doctor(config, '--json')))

function examined({ code, out }: Outcome): { code: number; findings: Finding[]; ids: string[] } {
  const { findings } = JSON.parse(out) as { findings: Finding[] }
  // The service asks for names every 20 s: what a test before did to DNS may still show.
  const wrong = findings.filter(({ id, level }) => level !== 'ok' && id !== 'dns_stale')
  return { code, findings, ids: wrong.map(({ id }) => id) }
}

beforeAll(async () => {
  world.setUp()
  world.resolveBy(DNS.honest)
  const node = process.execPath
  internet = await start(`ip netns exec ${world.internet} ${node} test/real/doctor/internet.ts ${dir}`, /^ready$/m, { cwd })
  const env = { NODE_EXTRA_CA_CERTS: authority }
  const config = settings({ log: { level: 'info' } })
  pns = await start(`ip netns exec ${world.pbx} ${node} pbx/wakecall.ts serve --config ${config}`, /listening/, { cwd, env })
})

afterEach(() => {
  world.resolveBy(DNS.honest)
  for (const one of undo.splice(0)) one()
})

afterAll(async () => {
  await pns?.interrupt()
  await internet?.interrupt()
  world.takeDown()
  rmSync(dir, { recursive: true, force: true })
})

it('a healthy set-up: nothing to do, exit code 0', () => {
  const { code, findings, ids } = examine()
  expect([code, ids]).toEqual([0, []])
  expect(findings.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      'service_runs',
      'dns_answers',
      'relay_reachable',
      'tls_public',
      'clock_right',
      'mtu_fits',
      'key_accepted',
    ]),
  )
  expect(findings.find(({ id }) => id === 'tls_public')?.seen).toContain('Public Authority')
  expect(run(doctor(settings())).out).toMatch(/^Broken: 0, warnings: 0, in order: \d+\./m)
})

it('blocked egress: packets vanish', () => {
  const gone = ['neigh', 'replace', ADDRESSES.relay, 'dev', 'wan', 'nud', 'permanent', 'lladdr'] as const
  world.onPbx(...gone, '02:00:00:00:00:01')
  undo.push(() => world.onPbx('neigh', 'delete', ADDRESSES.relay, 'dev', 'wan'))
  const { code, findings, ids } = examine()
  expect([code, ids]).toEqual([2, ['egress_blocked', 'not_checked']])
  expect(findings.find(({ id }) => id === 'egress_blocked')?.seen).toContain('timeout')
})

it('blocked egress: a firewall refuses', () => {
  world.onPbx('route', 'add', 'prohibit', ADDRESSES.relay)
  undo.push(() => world.onPbx('route', 'delete', 'prohibit', ADDRESSES.relay))
  const { code, ids } = examine()
  expect([code, ids]).toEqual([2, ['egress_blocked', 'not_checked']])
})

/**
 * The PBX sends packets of so many bytes, and what is larger than the way takes vanishes, as behind a tunnel without ICMP.
 * The kernel must not hand over several packets as one, and the relay must ask for large ones.
 */
function blackHole({ own, way }: { own: number; way: number }): void {
  world.onPbx('link', 'set', 'wan', 'mtu', String(own), 'gso_max_segs', '1')
  world.onInternet('link', 'set', 'wan', 'mtu', String(way))
  world.onInternet('route', 'change', '203.0.113.0/24', 'dev', 'wan', 'advmss', String(own - 40))
  undo.push(() => {
    world.onPbx('link', 'set', 'wan', 'mtu', '1500')
    world.onInternet('link', 'set', 'wan', 'mtu', '1500')
  })
}

it.each([
  ['TLS does not come about', { own: 1500, way: 1280 }],
  ['large requests do not pass', { own: 4000, way: 3000 }],
])('a small MTU on the way, and nobody says so: %s', (_what, sizes) => {
  blackHole(sizes)
  const { code, ids } = examine()
  expect([code, ids[0]]).toEqual([2, 'mtu_black_hole'])
})

it('a small MTU of the interface', () => {
  world.onPbx('link', 'set', 'wan', 'mtu', '1200')
  undo.push(() => world.onPbx('link', 'set', 'wan', 'mtu', '1500'))
  const { code, ids } = examine()
  expect([code, ids]).toEqual([1, ['mtu_low']])
})

it('lying DNS: an address inside', () => {
  world.resolveBy(DNS.liar)
  const { code, ids } = examine()
  expect(code).toBe(2)
  expect(ids).toEqual(['dns_private', 'egress_blocked', 'not_checked'])
})

it('one resolver lies, the other does not', () => {
  world.resolveBy(DNS.honest)
  const { code, ids } = examine(settings({ network: { resolvers: [DNS.liar] } }, 'two.toml'))
  expect([code, ids]).toEqual([1, ['dns_disagrees', 'dns_private']])
})

it('DNS is away', () => {
  world.resolveBy(NOWHERE)
  const { code, ids } = examine()
  expect([code, ids]).toEqual([2, ['dns_fails', 'not_checked']])
})

it('DNS of the system is away, and a resolver of the settings helps out', () => {
  world.resolveBy(NOWHERE)
  const { ids } = examine(settings({ network: { resolvers: [DNS.honest] } }, 'two.toml'))
  expect(ids).toContain('dns_resolver_fails')
  expect(ids).not.toContain('dns_fails')
})

it.each([
  ['tls_intercepted', DNS.interceptor, 2],
  ['tls_wrong_name', DNS.portal, 2],
  ['tls_out_of_date', DNS.expired, 2],
  ['tls_expires_soon', DNS.expiring, 1],
  ['tls_fails', DNS.cutting, 2],
])('%s', (id, resolver, exitCode) => {
  world.resolveBy(resolver)
  const { code, ids } = examine()
  expect(code).toBe(exitCode)
  expect(ids).toContain(id)
})

it('interception that the settings allow is a warning', () => {
  world.resolveBy(DNS.interceptor)
  const { code, findings, ids } = examine(settings({ network: { caFile: join(dir, 'firewall/ca.pem') } }, 'trusting.toml'))
  expect([code, ids]).toEqual([1, ['tls_intercepted_trusted']])
  expect(findings.find(({ id }) => id === 'tls_intercepted_trusted')?.seen).toContain('Firewall Inc.')
})

it('a key that the user of the service may not read', () => {
  chownSync(join(dir, 'data'), 65_534, 65_534)
  undo.push(() => chownSync(join(dir, 'data'), 0, 0))
  const { code, ids } = examine()
  expect([code, ids]).toEqual([1, ['key_file_of_another']])
})

it('a file of certificates that is not there', () => {
  const { code, ids } = examine(settings({ network: { caFile: join(dir, 'nowhere.pem') } }, 'trusting.toml'))
  expect([code, ids]).toEqual([2, ['ca_file_unusable', 'not_checked']])
})

it('the port is taken by another program', async () => {
  const page = "require('http').createServer((q, s) => s.end()).listen(7999, '127.0.0.1', () => console.log('ready'))"
  const other = await start(`ip netns exec ${world.pbx} ${process.execPath} -e "${page}"`, /^ready$/m, { cwd })
  const { code, findings, ids } = examine(settings({ listen: '127.0.0.1:7999' }, 'taken.toml'))
  await other.interrupt()
  expect([code, ids]).toEqual([2, ['port_taken', 'not_checked', 'not_checked', 'not_checked']])
  expect(findings.find(({ id }) => id === 'port_taken')?.seen).toMatch(/pid \d+ \(node\), user root/)
})

it('SIP over UDP, with packets in pieces', async () => {
  const send = "s.send(Buffer.alloc(3000), 5061, '203.0.113.10', () => console.log('ready'))"
  const script = `const s = require('dgram').createSocket('udp4').bind(5060, '0.0.0.0', () => ${send})`
  const phone = await start(`ip netns exec ${world.pbx} ${process.execPath} -e "${script}"`, /^ready$/m, { cwd })
  const { code, ids } = examine()
  await phone.interrupt()
  expect([code, ids]).toEqual([1, ['sip_udp_fragments', 'sip_udp_only']])
})

it.each([
  ['disk_full', '2m', 2],
  ['disk_low', '50m', 1],
])('%s: a disk of %s', (id, size, exitCode) => {
  const data = join(dir, id)
  mkdirSync(data)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', data])
  undo.push(() => execFileSync('umount', [data]))
  const { code, ids } = examine(settings({ dataDir: data }, 'disk.toml'))
  expect([code, ids]).toEqual([exitCode, [id]])
})

it('a user without rights is told what it could not see', async () => {
  const config = settings()
  // Nobody may read this checkout, perhaps, nor the runtime in it.
  const [node, wakecall] = [join(dir, 'node'), join(dir, 'wakecall.cjs')]
  copyFileSync(process.execPath, node)
  writeFileSync(wakecall, (await bundleClient()).code)
  chownSync(dir, 65_534, 65_534)
  undo.push(() => chownSync(dir, 0, 0))
  const command = [node, wakecall, 'doctor', '--json', '--config', config]
  const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', ...command]
  const { code, ids } = examined(run(asNobody, dir))
  expect([code, ids]).toEqual([1, ['not_seen', 'not_checked']])
})

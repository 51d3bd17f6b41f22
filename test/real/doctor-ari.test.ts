import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Finding } from '../../client/doctor/finding.ts'
import { type Asterisk, startAsterisk } from './asterisk.ts'
import { type Namespace, openNamespace, type Started } from './namespace.ts'

const dir = mkdtempSync(join(tmpdir(), 'wakecall-doctor-ari-'))
const config = join(dir, 'wakecall.toml')
const wakecall = (...args: string[]) => [process.execPath, join(process.cwd(), 'pbx/wakecall.ts'), ...args, '--config', config]

/** Files of settings that the doctor finds nothing in. */
const GOOD = {
  'pjsip.conf': `[global]
type=global
send_contact_status_on_update_registration=yes
[tcp]
type=transport
protocol=tcp
bind=127.0.0.1:5060
[1001]
type=endpoint
context=hold
allow=!all,ulaw
rewrite_contact=yes
aors=1001
[1001]
type=aor
max_contacts=3
remove_existing=yes
qualify_frequency=60
`,
  'ari.conf': '[general]\nenabled=yes\n[wakecall]\ntype=user\npassword=a-secret-of-the-tests\nread_only=no\n',
  'http.conf': '[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=8088\nsessionlimit=50\n',
  'extensions.conf': '[hold]\nexten => s,1,Answer()\n same => n,Wait(60)\n',
}

const RELOAD = { 'pjsip.conf': 'res_pjsip.so', 'ari.conf': 'res_ari.so', 'http.conf': 'http' }

let namespace: Namespace
let asterisk: Asterisk
let service: Started

/** A good file but for one change, or without any; Asterisk reads it. */
async function set(file: keyof typeof RELOAD, line = '', change = ''): Promise<void> {
  const text = GOOD[file].replace(line, change)
  expect(text !== GOOD[file]).toBe(line !== '')
  writeFileSync(join(asterisk.root, asterisk.folder, file), text)
  await asterisk.cli(`module reload ${RELOAD[file]}`)
}

/** What the real command finds in Asterisk and does not call good. There is no relay: other checks have much to say. */
async function examine(): Promise<Pick<Finding, 'id' | 'seen'>[]> {
  const { child, output } = namespace.start(wakecall('doctor', '--json'))
  await once(child, 'close')
  const { findings } = JSON.parse(output().slice(0, output().lastIndexOf('}') + 1)) as { findings: Finding[] }
  const ours = findings.filter(({ id, seen }) => /^(ari|pjsip)_/.test(id) || (id === 'not_checked' && seen.includes('Asterisk')))
  return ours.filter(({ level }) => level !== 'ok')
}
const idsOf = (findings: readonly { id: string }[]) => findings.map(({ id }) => id)

async function serve(): Promise<void> {
  service = namespace.start(wakecall('serve'))
  await vi.waitFor(() => expect(service.output()).toContain('attached to Asterisk'), { timeout: 15_000, interval: 100 })
}

async function stop(): Promise<void> {
  const { pid } = JSON.parse(await namespace.run(['curl', '-sSf', 'http://127.0.0.1:7460/health'])) as { pid: number }
  const closed = once(service.child, 'close')
  await namespace.run(['kill', String(pid)])
  await closed
}

beforeAll(async () => {
  namespace = await openNamespace()
  asterisk = await startAsterisk(namespace, GOOD)
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(join(dir, 'key.pem'), key, { mode: 0o600 })
  const ari = { url: 'http://127.0.0.1:8088/ari', username: 'wakecall', password: 'a-secret-of-the-tests' }
  const own = { pbx: 'hq', keyFile: join(dir, 'key.pem'), dataDir: join(dir, 'data'), defaultApp: 'phone', ari }
  writeFileSync(config, stringify({ relay: 'http://127.0.0.1:1', ...own }))
  await serve()
  for (const device of ['one', 'two']) {
    const form = `extension=1001&platform=android&deviceId=${device}&token=${device.padEnd(100, 'x')}`
    await namespace.run(['curl', '-sSf', '-d', form, 'http://127.0.0.1:7460/register'])
  }
})

afterAll(async () => {
  await namespace?.close()
  rmSync(dir, { recursive: true, force: true })
  if (asterisk) rmSync(join(asterisk.root, asterisk.folder), { recursive: true, force: true })
})

it('a good Asterisk: nothing to do', async () => {
  expect(await examine()).toEqual([])
})

it.each([
  ['pjsip_registrations_unheard', 'registration=yes', 'registration=no'],
  ['pjsip_registrations_unheard', '[global]', '[of-another-name]'],
  ['pjsip_endpoint_unknown', 'aors=1001', 'aors='],
  ['pjsip_aor_full', 'max_contacts=3', 'max_contacts=1'],
  ['pjsip_aor_keeps_old', 'remove_existing=yes', 'remove_existing=no'],
  ['pjsip_aor_unqualified', 'qualify_frequency=60', 'qualify_frequency=0'],
  ['pjsip_contact_not_rewritten', 'rewrite_contact=yes', 'rewrite_contact=no'],
])('%s: %s → %s', async (id, line, change) => {
  await set('pjsip.conf', line, change)
  expect(idsOf(await examine())).toEqual([id])
  await set('pjsip.conf')
})

it('an extension that Asterisk has by another name only', async () => {
  await set('pjsip.conf', '[1001]\ntype=endpoint', '[ada]\ntype=endpoint')
  expect(await examine()).toMatchObject([{ id: 'pjsip_endpoint_unknown', seen: expect.stringContaining('1001') }])
  await set('pjsip.conf')
})

it('a user that may only read', async () => {
  await set('ari.conf', 'read_only=no', 'read_only=yes')
  expect(idsOf(await examine())).toEqual(['ari_read_only'])
  await set('ari.conf')
})

it('a user with another password', async () => {
  await set('ari.conf', 'a-secret', 'another-secret')
  expect(idsOf(await examine())).toEqual(['ari_refused', 'not_checked'])
  await set('ari.conf')
})

it('no connection is left for others', async () => {
  await set('http.conf', 'sessionlimit=50', 'sessionlimit=1')
  expect(idsOf(await examine())).toEqual(['ari_hangs_up', 'not_checked'])
  await set('http.conf')
})

it('a module is missing', async () => {
  await asterisk.cli('module unload res_pjsip_header_funcs.so')
  const [missing] = await examine()
  expect(missing).toMatchObject({ id: 'ari_modules_missing', seen: expect.stringContaining('res_pjsip_header_funcs.so') })
  expect(missing?.seen.match(/\.so/g)).toHaveLength(1)
  await asterisk.cli('module load res_pjsip_header_funcs.so')
})

/** A phone that registers with a Contact URI, and prints how that is answered. */
const PHONE = `const uri = process.argv[1]
const socket = require('net').connect(5060, '127.0.0.1', () => socket.write([
  'REGISTER sip:127.0.0.1 SIP/2.0', 'Via: SIP/2.0/TCP 127.0.0.1:5070;branch=z9hG4bK' + uri.length, 'Max-Forwards: 70',
  'From: <sip:1001@127.0.0.1>;tag=1', 'To: <sip:1001@127.0.0.1>', 'Call-ID: ' + uri.length, 'CSeq: 1 REGISTER',
  'Contact: <' + uri + '>', 'Expires: 60', 'Content-Length: 0', '', ''].join('\\r\\n')))
socket.once('data', (data) => { process.stdout.write(String(data).split(' ')[1]); process.exit() })`

const register = (uri: string) => namespace.run([process.execPath, '-e', PHONE, uri])

/** Asks for a call to it, as the dial application does; gives the status. */
function call(uri: string): Promise<string> {
  const query = new URLSearchParams({ app: 'wakecall', endpoint: `PJSIP/1001/${uri}`, timeout: '1' })
  const how = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-u', 'wakecall:a-secret-of-the-tests', '-X', 'POST']
  return namespace.run(['curl', ...how, `http://127.0.0.1:8088/ari/channels?${query}`])
}

it('Contacts of all lengths: the registration, the finding, and whether the phone can be called', async () => {
  // Else it is the phone's real address that counts, and its Contact goes with its connection.
  await set('pjsip.conf', 'rewrite_contact=yes', 'rewrite_contact=no')
  await asterisk.cli('channel originate Local/s@hold application Wait 60')
  const lengths = [400, 469, 470, 509, 510, 511, 512]
  const seen: unknown[] = []
  for (const length of lengths) {
    const uri = 'sip:1001@127.0.0.1:5070;transport=tcp;pn-prid='.padEnd(length, 'x')
    const registered = await register(uri)
    const [, ...found] = idsOf(await examine())
    seen.push([length, registered, found, await call(uri)])
    await asterisk.cli('database deltree registrar')
  }
  expect(seen).toEqual([
    [400, '200', [], '200'],
    [469, '200', [], '200'],
    [470, '200', ['pjsip_contact_long'], '200'],
    [509, '200', ['pjsip_contact_long'], '200'],
    [510, '200', ['pjsip_contact_too_long'], '500'],
    [511, '200', ['pjsip_contact_too_long'], '500'],
    [512, '400', [], '500'],
  ])
  await asterisk.cli('channel request hangup all')
  await set('pjsip.conf')
})

it('the application is away, and with it the service', async () => {
  await stop()
  expect(idsOf(await examine())).toEqual(['ari_application_absent', 'not_checked'])
  await serve()
  expect(await examine()).toEqual([])
})

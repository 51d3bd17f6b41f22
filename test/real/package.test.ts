/** The .deb as an administrator has it: installed in a clean Debian under a real systemd, upgraded, removed, purged. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { CODE } from '../client/stub-keys.ts'
import { bootDebian, type Machine, makeDebian } from './debian.ts'
import { run } from './shell.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const PNS = 'http://127.0.0.1:7460'
const AWAY_DEVICES = Array.from({ length: 20 }, (_, index) => `70${index + 10}`)
const patience = { timeout: 30_000, interval: 100 }

let dir: string
let deb: string
let pbx: Machine
let relay: ChildProcess
let relaySaid = ''

const inDebian = (path: string) => join(dir, 'debian', path)
const state = () => pbx.run('systemctl is-active wakecall || true').trim()
const mainPid = () => pbx.run('systemctl show --value --property=MainPID wakecall').trim()
const devicesWaiting = () =>
  JSON.parse(pbx.run('wakecall devices --json')).devices.filter(({ confirmed }: { confirmed: boolean }) => !confirmed).length

const register = (extension: string) =>
  pbx.run(
    `curl -sSf -d extension=${extension} -d platform=android -d app=com.example.phone -d token=token-of-the-phone-${extension} ${PNS}/register`,
  )
const answers = () => vi.waitFor(() => pbx.run(`curl -sSf ${PNS}/health`), patience)

/** The same package with another version. */
async function withVersion(version: string): Promise<string> {
  const [folder, output] = [join(dir, version), join(dir, `${version}.deb`)]
  await run(`dpkg-deb -R ${deb} ${folder} && sed -i 's/^Version: .*/Version: ${version}/' ${folder}/DEBIAN/control`, { cwd: dir })
  await run(`dpkg-deb --root-owner-group -Znone --build ${folder} ${output}`, { cwd: dir })
  return output
}

async function install(file: string): Promise<string> {
  await copyFile(file, inDebian('root/wakecall.deb'))
  return pbx.run('dpkg -i /root/wakecall.deb')
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wakecall-deb-'))
  const [printed] = await Promise.all([run('node packaging/build.ts', { cwd: ROOT }), makeDebian(join(dir, 'debian'))])
  deb = printed.split('\n').find((line) => line.endsWith('.deb')) ?? ''
  pbx = await bootDebian(join(dir, 'debian'))
  relay = pbx.beside(process.execPath, [join(ROOT, 'test/real/package-relay.ts'), join(dir, 'away')])
  relay.stdout?.on('data', (chunk) => (relaySaid += chunk))
  await once(relay.stdout ?? relay, 'data')
})

afterAll(async () => {
  relay?.kill('SIGKILL')
  await pbx?.off()
  await rm(dir, { recursive: true, force: true })
})

test('lintian has nothing to say', async () => {
  expect(await run(`lintian --allow-root --fail-on error,warning ${deb}`, { cwd: dir })).not.toMatch(/^[EW]:/m)
})

test('installing makes a user, and enables a service that waits for its settings', async () => {
  await install(deb)
  expect(pbx.run('getent passwd wakecall')).toMatch(/:\/var\/lib\/wakecall:.*nologin$/m)
  expect(pbx.run('systemctl is-enabled wakecall').trim()).toBe('enabled')
  expect(state()).toBe('inactive')
  expect(pbx.run('stat -c "%a %U:%G" /etc/wakecall /var/lib/wakecall /var/log/wakecall').split('\n')).toEqual([
    '2750 root:wakecall',
    '700 wakecall:wakecall',
    '750 wakecall:wakecall',
    '',
  ])
})

test('systemd understands the unit, and finds it hardened', () => {
  expect(pbx.run('systemd-analyze verify --man=no wakecall.service')).toBe('')
  expect(pbx.run('systemd-analyze security --offline=true --threshold=15 wakecall.service')).toMatch(/exposure level.*OK/)
  expect(() => pbx.run('systemd-analyze security --offline=true --threshold=15 systemd-logind.service')).toThrow()
})

test('the executable explains its settings', () => {
  expect(pbx.run('wakecall config sample')).toBe(pbx.run('cat /usr/share/doc/wakecall/examples/wakecall.sample.toml'))
  expect(() => pbx.run('wakecall config simple')).toThrow(/simple/)
})

test('an enrolled PBX registers and rings, as a user that nobody else shares the key with', async () => {
  pbx.run(`wakecall enrol http://127.0.0.1:7461 ${CODE}`)
  pbx.run('systemctl start wakecall')
  await answers()
  expect(pbx.run(`stat -c %U /proc/${mainPid()}`).trim()).toBe('wakecall')
  expect(pbx.run('stat -c "%a %U" /etc/wakecall/key.pem').trim()).toBe('600 wakecall')
  expect(() => pbx.run('setpriv --reuid=nobody --clear-groups cat /etc/wakecall/wakecall.toml')).toThrow(/Permission denied/)
  register('1001')
  await vi.waitFor(() => expect(relaySaid).toMatch(/PUT \/v1\/extensions\/1001\/devices\//), patience)
  expect(JSON.parse(pbx.run('wakecall push-call --to 1001 --from 1002 --json')).devices).toBe(1)
  await vi.waitFor(() => expect(relaySaid).toContain('POST /v1/calls'), patience)
})

test('the console is inside, and so is the doctor that it asks', () => {
  expect(pbx.run(`curl -sSf ${PNS}/`)).toContain('<div id="app">')
  expect(pbx.run(`curl -sSf ${PNS}/console/app.js`)).toContain('Wake latency')
  expect(() => pbx.run(`curl -sSf ${PNS}/console/gone.js`)).toThrow(/404/)
  expect(JSON.parse(pbx.run(`curl -sSf -X POST ${PNS}/doctor`)).findings.length).toBeGreaterThan(5)
})

test('the service cannot write its own settings or program', () => {
  const inService = (command: string) =>
    pbx.run(`nsenter --target ${mainPid()} --mount setpriv --reuid=wakecall --regid=wakecall --clear-groups ${command}`)
  inService('touch /var/lib/wakecall/probe')
  inService('rm /var/lib/wakecall/probe')
  for (const path of ['/etc/wakecall/probe', '/etc/wakecall/key.pem', '/usr/bin/wakecall']) {
    expect(() => inService(`touch ${path}`), path).toThrow(/Read-only file system|Permission denied/)
  }
})

test('logrotate leaves no line behind', async () => {
  const log = '/var/log/wakecall/wakecall.log'
  pbx.run(`printf '[log]\\nlevel = "debug"\\nfile = "${log}"\\n' > /root/log.toml`)
  pbx.run(`sed -i '/^\\[log\\]/d' /etc/wakecall/wakecall.toml && cat /root/log.toml >> /etc/wakecall/wakecall.toml`)
  pbx.run('systemctl restart wakecall')
  await answers()
  await vi.waitFor(() => expect(pbx.run(`cat ${log}`)).toContain('"listening"'), patience)
  const before = mainPid()
  pbx.run('logrotate --force /etc/logrotate.d/wakecall')
  await vi.waitFor(() => expect(pbx.run(`test -f ${log} && echo there`)).toContain('there'), patience)
  pbx.run('systemctl reload wakecall')
  await vi.waitFor(() => expect(pbx.run(`cat ${log}`)).toMatch(/reload|settings/), patience)
  expect(pbx.run(`cat ${log}.1`)).toContain('"listening"')
  expect(mainPid()).toBe(before)
})

test('an upgrade takes the outbox along', async () => {
  await writeFile(join(dir, 'away'), '')
  for (const extension of AWAY_DEVICES) register(extension)
  expect(devicesWaiting()).toBe(AWAY_DEVICES.length)
  const before = mainPid()
  expect(await install(await withVersion('99.0.0'))).toContain('99.0.0')
  await answers()
  expect(mainPid()).not.toBe(before)
  expect(devicesWaiting()).toBe(AWAY_DEVICES.length)
  await rm(join(dir, 'away'))
  await vi.waitFor(() => expect(devicesWaiting()).toBe(0), { timeout: 90_000, interval: 500 })
  const delivered = () => AWAY_DEVICES.filter((extension) => relaySaid.includes(`PUT /v1/extensions/${extension}/devices/`))
  await vi.waitFor(() => expect(delivered()).toEqual(AWAY_DEVICES), patience)
})

test('an upgrade does not start what the administrator disabled', async () => {
  pbx.run('systemctl disable --now wakecall')
  await install(await withVersion('99.0.1'))
  expect(state()).toBe('inactive')
  pbx.run('systemctl enable --now wakecall')
  await answers()
})

test('the service comes back after it was killed', async () => {
  const before = mainPid()
  pbx.run('systemctl kill --signal=SIGKILL wakecall')
  await vi.waitFor(() => expect(['0', before]).not.toContain(mainPid()), patience)
  await answers()
})

test('removing stops the service and keeps its data', () => {
  pbx.run('dpkg -r wakecall')
  expect(state()).toBe('inactive')
  expect(() => pbx.run('command -v wakecall')).toThrow()
  expect(pbx.run('ls /etc/wakecall /var/lib/wakecall')).toMatch(/key\.pem[\s\S]*wakecall\.toml[\s\S]*wakecall\.sqlite/)
})

test('what was removed goes on where it ended when it is installed again', async () => {
  await install(deb)
  await answers()
  expect(JSON.parse(pbx.run('wakecall devices --json')).devices).toHaveLength(AWAY_DEVICES.length + 1)
})

test('purging leaves nothing', () => {
  pbx.run('dpkg --purge wakecall && rm /root/wakecall.deb')
  expect(pbx.run("find / -xdev -name '*wakecall*' -not -path '/proc/*'")).toBe('')
  expect(() => pbx.run('getent passwd wakecall')).toThrow()
  expect(() => pbx.run('getent group wakecall')).toThrow()
})

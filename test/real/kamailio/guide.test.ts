/**
 * docs/sip-gateway.md from a plain PBX to the first ring, as it is written, with 192.0.2.10 and .20 on the loopback. Not run here:
 * `apt-get install`, which the suite's own installation has done (there is no network), and systemd, whose unit and drop-in are
 * read instead. The package is not installed, but its documents are where it puts them.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import { run } from '../shell.ts'
import { openMachine } from './machine.ts'
import { pushOf } from './world.ts'

const PAGE = readFileSync(new URL('../../../docs/sip-gateway.md', import.meta.url), 'utf8')
const GUIDE = PAGE.slice(0, PAGE.indexOf('\n## A call\n'))
  .replaceAll('192.0.2.10', '127.0.0.1')
  .replaceAll('192.0.2.20', '127.0.0.2')
const blocks = (language: string) =>
  [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text)
const [files = [], starts = [], rings = []] = blocks('sh').map((text) => text.trim().split('\n'))

let machine: Awaited<ReturnType<typeof openMachine>>

const linesWith = (text: string, part: string) => text.split('\n').filter((line) => line.includes(part))

/** The lines of the guide in the place of those that set the same. */
function setInSettings(lines: string): void {
  const path = machine.file('/etc/kamailio/wakecall/settings.cfg')
  const nameOf = (line: string) => /^(?:#!substdef "!)?\w+[!=]/.exec(line)?.[0]
  const given = Map.groupBy(lines.trim().split('\n'), nameOf)
  const settings = readFileSync(path, 'utf8').split('\n')
  for (const name of given.keys()) expect(settings.map(nameOf)).toContain(name)
  writeFileSync(path, settings.flatMap((line) => given.get(nameOf(line) ?? '') ?? line).join('\n'))
}

beforeAll(async () => {
  machine = await openMachine()
})
afterAll(() => machine?.close())

test('from a plain PBX to the first ring', async () => {
  const [install = '', ...copies] = files
  await run(`dpkg -s ${install.replace('apt-get install ', '')}`, { cwd: '/' })
  for (const line of copies) await machine.follow(line)
  setInSettings(blocks('cfg')[0] ?? '')
  appendFileSync(machine.file('/etc/wakecall/wakecall.toml'), blocks('toml')[0] ?? '')
  await machine.startPbx({ 'pjsip.conf': blocks('ini')[0] ?? '', 'extensions.conf': '[phones]\n' })
  const doctor = starts.pop() ?? ''
  const said: string[] = []
  for (const line of starts) said.push(await machine.follow(line))
  expect(said.join(), 'what systemd finds wrong in the drop-in').not.toContain('wakecall.conf')
  await until(() => expect(machine.log('wakecall')).toContain('Kamailio hears the holder'))
  expect(await machine.follow(doctor)).toContain('Broken: 0, warnings: 0')

  const push = pushOf('ada').slice(1).replace('TEAM', 'ABCDE12345')
  const [, password = ''] = /^password=(.*)$/m.exec(GUIDE) ?? []
  const before = machine.linphone('1001', push, { password, transport: 'tcp' })
  await until(async () => expect(await machine.curl('/devices?extension=1001')).toContain('"confirmed":true'))
  await before.sleep()
  for (const line of rings) await machine.follow(line)
  const { callId } = await machine.woken('ada')
  const after = machine.linphone('1001', push, { password, transport: 'tcp' })
  await until(() => expect(after.output()).toContain('LinphoneCallConnected'))
  expect(machine.pbxLog()).not.toContain('Failed to authenticate')
  // The phone is at the socket that it registered at, not at that of the PBX's answer.
  expect(machine.log('kamailio')).not.toContain('protocol/port mismatch')
  // What the page says of one call in the logs.
  const told = (service: string) => linesWith(machine.log(service), callId.replace(/-1001$/, ''))
  for (const words of ['held', 'INVITE to a phone', 'answered'])
    await until(() => expect(told('kamailio').join()).toContain(words))
  for (const words of ['"held"', '"call pushed"', '"woke"']) expect(told('wakecall').join()).toContain(words)
  expect(await machine.follow(`wakecall trace ${callId}`)).toContain('woke')
})

test('a phone with another password is nobody', async () => {
  machine.linphone('1001', pushOf('eve').slice(1), { password: 'not-the-password' })
  await until(() => expect(machine.pbxLog()).toContain('Failed to authenticate'))
  expect(await machine.curl('/devices?extension=1001')).not.toContain('eve')
})

const GATEWAY_CHECK = 'wakecall gateway check'

test('the check finds the gateway in order', async () => {
  const said = await machine.follow(GATEWAY_CHECK)
  const found = ['settings_fit', 'bindings_ready', 'config_loads', 'listens', 'pbx_answers', 'answers']
  expect(said.match(/(?<=^ok +gateway_)\w+/gm)).toEqual(found)
})

test('the check finds what is not, with its line', async () => {
  const [settings, kamailio] = ['settings', 'kamailio'].map((name) => machine.file(`/etc/kamailio/wakecall/${name}.cfg`))
  const shipped = readFileSync(String(settings), 'utf8').replace(/listen=.*\n/g, '')
  writeFileSync(String(settings), `listen=udp:127.0.0.1:5070\n${shipped.replace('/wakecall.sqlite', '/gone.sqlite')}`)
  appendFileSync(String(kamailio), 'loadmodule "gone.so"\n')
  const said = await machine.follow(GATEWAY_CHECK).catch(String)
  expect(said).toContain('ended with 1:')
  expect(said).toMatch(/BROKEN +gateway_settings_wrong: .*settings.cfg:\d+: GATEWAY_ADDRESS is the address of no `listen` line/)
  expect(said).toMatch(/BROKEN +gateway_bindings_unusable: .*gone.sqlite: ENOENT/)
  expect(said).toMatch(/BROKEN +gateway_config_refused: .*could not find module <gone>/)
  expect(said).toMatch(/BROKEN +gateway_deaf: 127.0.0.1:5070, SIP OPTIONS over UDP: ECONNREFUSED/)
})

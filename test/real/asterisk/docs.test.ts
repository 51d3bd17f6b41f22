/** docs/asterisk.md, followed on a plain Asterisk; and the shipped dialplan where the application is away, hangs, or has no PNS. */
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../shell.ts'
import type { Program } from './process.ts'
import { until } from './until.ts'
import { openWorld, type World } from './world.ts'

const at = (path: string) => join(import.meta.dirname, '../../..', path)
const PAGE = readFileSync(at('docs/asterisk.md'), 'utf8')

/** What the page adds to files: their names, and the text. */
const ADDITIONS = [...PAGE.matchAll(/^In `(\w+\.conf)`(?:(?!```).)*```ini\n(.*?)^```$/gms)].map(([, name = '', text = '']) => ({
  name,
  text,
}))
const VOICEMAIL = /^Behind `Gosub\(\)`.*?```ini\n(.*?)^```$/ms.exec(PAGE)?.[1] ?? ''
const SETTINGS = parse(/^```toml\n(.*?)^```$/ms.exec(PAGE)?.[1] ?? '') as { ari: Record<string, string>; apps: object }
const COMMANDS = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, lines = '']) => lines.trim().split('\n'))

const PLAIN = {
  'http.conf': '',
  'ari.conf': '',
  'pjsip.conf': `[udp]
type=transport
protocol=udp
bind=127.0.0.1:5060
[caller]
type=endpoint
context=phones
allow=!all,ulaw
direct_media=no
`,
  'extensions.conf': '[default]\n',
  'cdr.conf': '[general]\n[csv]\nloguniqueid=no\n',
  'queues.conf': '[support]\nringinuse=yes\n',
}

/** The phone that pjsip.conf shows in its comments. Phones of the tests have no password. */
const PHONE = [...readFileSync(at('pbx/asterisk/conf/pjsip.conf'), 'utf8').matchAll(/^; {3}(\[1001\].*|\w+=.*)$/gm)]
  .map(([, line = '']) => line)
  .filter((line) => !line.startsWith('auth='))
  .join('\n')

/** Those of sipp register from another port than they are called at. */
const endpoint = (name: string) => `
[${name}](wakecall-phone)
context=phones
allow=!all,ulaw
rewrite_contact=no
aors=${name}
[${name}](wakecall-aor)
`

/** A phone must never come to [phones] by itself, at its `s`. 4001 rings 1001 for five seconds. */
const PHONES = `
[phones]
exten => s,1,Wait(1)
 same => n,Wait(1)
exten => 2001,1,Queue(support)
exten => 2002,1,Dial(Local/1003@wakecall-member/n&Local/1004@wakecall-member/n,20)
exten => 3001,1,Set(WAKECALL_PEER=PJSIP/nobody-00000001)
 same => n,Gosub(gone,s,1)
 same => n,NoOp(3001 is \${WAKECALL_STATUS})
exten => _4XXX,1,MixMonitor(\${EXTEN}.wav)
 same => n,Gosub(wakecall,1\${EXTEN:1},1(1\${EXTEN:1},5))
 same => n,NoOp(\${EXTEN} is \${WAKECALL_STATUS})
exten => 5001,1,Dial(Local/1001@wakecall-member/n,20,S(1))
[gone]
exten => s,1,Goto(wakecall,1001,talk)
`

const HANGS = `new WebSocket('ws://127.0.0.1:8088/ari/events?app=wakecall&api_key=wakecall:' + process.argv[1]).onopen =
  () => process.stdout.write('attached')`

const SENDS = `const socket = require('node:dgram').createSocket('udp4')
socket.send(process.argv[1], 5060, '127.0.0.1', () => socket.close())`

const registerOf = (extension: string, contact: string) =>
  [
    'REGISTER sip:127.0.0.1 SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKcomma',
    `From: <sip:${extension}@127.0.0.1>;tag=1`,
    `To: <sip:${extension}@127.0.0.1>`,
    'Call-ID: comma',
    'CSeq: 1 REGISTER',
    `Contact: <sip:${contact}>;expires=300`,
    'Content-Length: 0\r\n\r\n',
  ].join('\r\n')

let world: World
let folder: string
let password: string
let application: Program
let warnings: () => string[]
/** Its phone is awake all the time. */
let awake: ReturnType<World['phone']>

const said = (text: string) => until(() => expect(world.asterisk.output()).toContain(text))

async function follow(line: string): Promise<string> {
  const [, command] = /^asterisk -rx "(.*)"$/.exec(line) ?? []
  if (command !== undefined) return world.asterisk.cli(command)
  if (!line.startsWith('wakecall ')) {
    const here = line.replaceAll('/usr/share/doc/wakecall/asterisk', at('pbx/asterisk/conf')).replaceAll('/etc/asterisk', folder)
    return run(here, { cwd: folder })
  }
  const key = String(world.cloud.child.spawnargs.at(-1))
  const args = [...line.split(' ').slice(1), '--config', join(dirname(key), 'wakecall.toml')]
  const program = world.program(at('pbx/wakecall.ts'), ...args)
  await once(program.child, 'close')
  return program.output()
}

/** What Asterisk finds wrong; it has neither DNS nor the files of modules that nobody uses here. */
function watchWarnings(): () => string[] {
  const from = world.asterisk.output().length
  const lines = () => world.asterisk.output().slice(from).split('\n')
  return () => lines().filter((line) => /WARNING|ERROR/.test(line) && !/acl\.c|netsock2\.c|Unable to load config/.test(line))
}

async function hears(extension: string, ...phones: { heard: () => number }[]): Promise<void> {
  const before = phones.map((phone) => phone.heard())
  const caller = world.call(extension)
  await until(() =>
    expect([caller, ...phones].map((one, i) => one.heard() - (before[i - 1] ?? 0))).toEqual([caller, ...phones].map(() => 1)),
  )
  await caller.command('hangup')
  await peace()
}

const peace = () => until(async () => expect(await world.asterisk.cli('core show channels count')).toContain('0 active channels'))

beforeAll(async () => {
  world = await openWorld({ endpoints: [], files: PLAIN, top: { apps: SETTINGS.apps } })
  folder = join(world.asterisk.root, world.asterisk.folder)
  mkdirSync(join(folder, 'cdr-csv'))
  warnings = watchWarnings()
  const [files = [], reloads = []] = COMMANDS
  for (const line of files) await follow(line)
  for (const { name, text } of ADDITIONS) appendFileSync(join(folder, name), text)
  appendFileSync(join(folder, 'pjsip.conf'), PHONE + ['1002', '1003', '1004', '1005', '1006', '1007'].map(endpoint).join(''))
  appendFileSync(join(folder, 'extensions.conf'), `${PHONES}[behind]\n${VOICEMAIL}`)
  for (const line of reloads) await follow(line)
  appendFileSync(join(folder, 'queues.conf'), 'member => Local/1002@wakecall-member/n\n')
  await world.asterisk.cli('module reload app_queue.so')
  const [, secret = ''] = /^password=(.+)$/m.exec(readFileSync(join(folder, 'wakecall/ari.conf'), 'utf8')) ?? []
  password = secret
})
afterAll(() => world?.close())

test('Asterisk takes every file as it is shipped', async () => {
  expect(ADDITIONS.map(({ name }) => name)).toEqual(['http.conf', 'ari.conf', 'pjsip.conf', 'extensions.conf'])
  expect(warnings()).toEqual([])
  expect(await world.asterisk.cli('dialplan show behind')).toContain('[busy]')
  expect(await world.asterisk.cli('http show status')).toContain('Server Enabled and Bound to 127.0.0.1:8088')
  expect(await world.asterisk.cli('ari show users')).toMatch(/No +wakecall/)
  expect(await world.asterisk.cli('pjsip show aor 1001')).toMatch(
    /max_contacts +: 5[\s\S]*qualify_frequency +: 60[\s\S]*remove_existing +: true/,
  )
  expect(await world.asterisk.cli('pjsip show settings')).toMatch(/send_contact_status_on_update_registration +: yes/)
})

test('the application is down: every phone that is reachable rings, also one whose Contact has an `&`', async () => {
  const [answers, rings] = [world.sipp.phone('answers'), world.sipp.phone('rings')]
  await world.sipp.register(
    '1005',
    `${answers.address};pn-provider=apns;pn-param=ABCDE12345.phone.voip&remote;pn-prid=aa:voip&bb:remote`,
  )
  await world.sipp.register('1005', rings.address)
  expect(await world.sipp.call(['1005'])).toBe(0)
  expect(answers.received('INVITE')[0]).toMatch(/^INVITE sip:1005@[^ ]*voip&remote;pn-prid=aa:voip&bb:remote SIP/)
  expect(rings.received('CANCEL')).toHaveLength(1)
})

test('the application is down: a comma in a Contact gives Dial() no options', async () => {
  const phone = world.sipp.phone('answers')
  world.program('-e', SENDS, registerOf('1007', `1007,1,g@${phone.address}`))
  await world.registered('1007')
  expect(await world.sipp.call(['1007'])).toBe(0)
  expect(phone.received('INVITE')[0]).toContain(`INVITE sip:1007,1,g@${phone.address} SIP`)
})

test('the application is down, and nobody answers, is there, or wants to', async () => {
  expect(await world.sipp.call(['4002'])).not.toBe(0)
  await said('"4002 is UNAVAILABLE"')
  const rings = world.sipp.phone('rings')
  await world.sipp.register('1003', rings.address)
  expect(await world.sipp.call(['4003'])).not.toBe(0)
  await said('"4003 is NOANSWER"')
  const busy = world.sipp.phone('is busy')
  await world.sipp.register('1004', busy.address)
  expect(await world.sipp.call(['4004'])).not.toBe(0)
  await said('"4004 is BUSY"')
})

test('the application hangs: after two seconds the phone rings', async () => {
  application = world.program('-e', HANGS, password)
  await until(() => expect(application.output()).toContain('attached'))
  awake = world.phone('1001')
  await world.registered('1001')
  await hears('1001', awake)
  await said('TIMEOUT(absolute)=2')
  await said('Executing [T@wakecall:1]')
  await application.end('SIGKILL')
})

test('the PNS is down: what is registered rings, and where nothing is the status says so', async () => {
  application = world.startAri('alone.toml', { ...SETTINGS.ari, password })
  await until(() => expect(application.output()).toContain('attached to Asterisk'))
  await hears('1001', awake)
  expect(await world.sipp.call(['4006'])).not.toBe(0)
  await said('"4006 is UNAVAILABLE"')
  await application.end('SIGTERM')
})

test('the first ring: a phone sleeps, is woken, and answers', async () => {
  await world.serve({ ...SETTINGS.ari, password })
  await world.device('1002', 'ada')
  const caller = world.call('1002')
  await world.woken('ada')
  const phone = world.phone('1002')
  await until(() => expect([caller.heard(), phone.heard()]).toEqual([1, 1]))
  await world.rtpFlows()
  await caller.command('hangup')
  await until(() => expect(phone.output()).toContain('session closed'))
  // The phone of a caller who hangs up goes nowhere in the dialplan.
  await peace()
  expect(world.asterisk.output()).not.toContain('[s@phones:')
})

test('the commands for who looks whether all is well', async () => {
  const [, , doctor = [], look = []] = COMMANDS
  const [findings = ''] = await Promise.all(doctor.map(follow))
  expect(findings).toContain('ari_application_known')
  expect(findings).toContain('Broken: 0')
  const [contacts, devices] = await Promise.all(look.map((line) => follow(line.replace('1001', '1002'))))
  expect(contacts).toContain('1002/sip:')
  expect(devices).toContain('ada')
})

test('a queue, and a group, of which one phone answers', async () => {
  await hears('2001')
  const [one, other] = [world.phone('1003'), world.phone('1004', 'manual')]
  await hears('2002', one)
  expect(other.output()).toContain('Incoming call')
  expect(other.talked()).toBe(0)
})

test('a call is recorded, and is one in the records', async () => {
  const caller = world.call('4001')
  await world.rtpFlows()
  await caller.command('hangup')
  await peace()
  await until(() => expect(statSync(join(folder, 'monitor/4001.wav')).size).toBeGreaterThan(1000))
  const records = () => readFileSync(join(folder, 'cdr-csv/Master.csv'), 'utf8').trim().split('\n')
  await until(() => expect(records().at(-1)).toMatch(/"[14]001","phones",.*,"PJSIP\/1001-\w+","Bridge",.*"ANSWERED"/))
})

test('Dial() in front gives its options to the call: it ends after a second', async () => {
  const caller = world.call('5001')
  await until(() => expect(caller.heard()).toBe(1))
  await until(() => expect(caller.output()).toContain('session closed'))
})

test('the phone that answered is gone before it is joined', async () => {
  expect(await world.sipp.call(['3001'])).not.toBe(0)
  await said('"3001 is UNAVAILABLE"')
})

test('a password that nobody has set is no password', async () => {
  const now = watchWarnings()
  writeFileSync(join(folder, 'wakecall/ari.conf'), readFileSync(at('pbx/asterisk/conf/ari.conf')))
  await world.asterisk.cli('module reload res_ari.so')
  await until(() => expect(now().join()).toContain('wakecall: User missing password'))
})

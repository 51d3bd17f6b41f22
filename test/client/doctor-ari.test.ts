import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { checkAriExtensions } from '../../client/doctor/checks/ari/extensions.ts'
import { checkAriSetup } from '../../client/doctor/checks/ari/setup.ts'
import { checkAri } from '../../client/doctor/checks/ari.ts'
import type { Finding } from '../../client/doctor/finding.ts'
import { stateOfPns } from '../../client/doctor/pns.ts'
import { runBoth, settingsFor } from './harness.ts'

const USER = { username: 'wakecall', password: 'a-password' }

const MODULES = ['app_stasis', 'res_ari_applications', 'res_ari_channels', 'res_ari_events', 'chan_pjsip', 'res_pjsip_registrar']
const FUNCTIONS = ['res_pjsip_header_funcs', 'func_callerid', 'func_channel', 'func_strings', 'func_timeout']
const running = (names: readonly string[]) => names.map((name) => ({ name: `${name}.so`, status: 'Running' }))

type Options = Record<string, string>
const GLOBAL = { send_contact_status_on_update_registration: 'yes' }
const ENDPOINT = { aors: '1001', rewrite_contact: 'true' }
const AOR = {
  max_contacts: '2',
  remove_existing: 'true',
  remove_unavailable: 'false',
  qualify_frequency: '30',
  support_path: 'false',
}

/** What a good Asterisk answers, by method and path; an object of pjsip.conf as what stands there. */
const GOOD: Record<string, unknown> = {
  'GET /asterisk/info': { system: { version: '22.10.1' } },
  'GET /asterisk/modules': running([...MODULES, ...FUNCTIONS]),
  'GET /applications/wakecall': { endpoint_ids: ['PJSIP'] },
  'GET /channels': [],
  global: { global: GLOBAL },
  endpoint: { 1001: ENDPOINT },
  aor: { 1001: AOR },
  contact: {},
}

const OBJECT = /^GET \/asterisk\/config\/dynamic\/res_pjsip\/(\w+)\/(.+)$/

/** A number is a status without a body. */
function answerTo(asterisk: Record<string, unknown>, asked: string): unknown {
  const [, type = '', name = ''] = OBJECT.exec(asked) ?? []
  const object = (asterisk[type] as Record<string, Options> | undefined)?.[decodeURIComponent(name)]
  return object ? Object.entries(object).map(([attribute, value]) => ({ attribute, value })) : (asterisk[asked] ?? 404)
}

/** Settings whose ARI is a good Asterisk's but for `change`. */
async function withAsterisk(change: Record<string, unknown> = {}, ari: Record<string, unknown> = {}) {
  const asked: string[] = []
  const server = createServer(({ method, url = '' }, response) => {
    asked.push(`${method} ${url.slice('/ari'.length)}`)
    const answer = answerTo({ ...GOOD, ...change }, asked.at(-1) ?? '')
    response.writeHead(typeof answer === 'number' ? answer : 200).end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`
  return { settings: settingsFor('https://relay.example', { ari: { ...USER, url, ...ari } }), asked }
}

const badOf = (findings: readonly Finding[]) => findings.flatMap(({ id, level }) => (level === 'ok' ? [] : [id]))

async function examineSetup(change: Record<string, unknown>, ari: Record<string, unknown> = {}) {
  const { settings } = await withAsterisk(change, ari)
  return checkAriSetup(settings)
}

/** With a PNS that has these devices, each an extension. */
async function examineExtensions(change: Record<string, unknown>, devices: readonly string[] = ['1001', '1001']) {
  const { settings, asked } = await withAsterisk(change)
  const { pns } = await runBoth()
  const token = (index: number) => `a-token-of-a-phone-${index}`.padEnd(100, 'x')
  for (const [index, extension] of devices.entries()) {
    const { status } = await pns.post('/register', { extension, platform: 'android', token: token(index) })
    expect(status).toBe(200)
  }
  const at = { listen: new URL(pns.url).host, localToken: undefined }
  const findings = await checkAriExtensions({ config: '', errors: [], settings }, await stateOfPns(at), at)
  return { findings, asked, bad: badOf(findings) }
}

it('a good Asterisk: nothing to do', async () => {
  const findings = await examineSetup({})
  expect(findings.map(({ id }) => id)).toEqual(['ari_answers', 'ari_application_known'])
  expect(findings[0]?.seen).toContain('version 22.10.1')
  expect((await examineExtensions({})).findings).toMatchObject([
    { id: 'pjsip_extensions_seen', seen: expect.stringContaining('1 of the 1 extensions that have devices: 1001') },
  ])
})

it.each([
  ['13.38.3', 'ari_too_old'],
  ['15.7.4', 'ari_too_old'],
  ['certified/13.21-cert6', 'ari_too_old'],
  ['16.0.0', 'ari_answers'],
  ['certified/18.9-cert3', 'ari_answers'],
  ['certified-20.7-cert2', 'ari_answers'],
  ['GIT-master-9a1b2c3', 'ari_answers'],
])('version %s: %s', async (version, id) => {
  const { settings } = await withAsterisk({ 'GET /asterisk/info': { system: { version } } })
  expect(await checkAri(settings)).toMatchObject([{ id, seen: expect.stringContaining(version) }])
})

it('Asterisk takes a connection and closes it', async () => {
  const server = createServer(({ socket }) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`
  expect(badOf(await checkAriSetup(settingsFor('https://relay.example', { ari: { ...USER, url } })))).toEqual(['ari_hangs_up'])
})

it('modules that are not there, or do not run, are named, and the rest is left out', async () => {
  const modules = [...running([...MODULES, ...FUNCTIONS].slice(1, -1)), { name: 'app_stasis.so', status: 'Not Running' }]
  const findings = await examineSetup({ 'GET /asterisk/modules': modules, 'GET /applications/wakecall': 404 })
  expect(badOf(findings)).toEqual(['ari_modules_missing', 'not_checked'])
  const seen = findings[1]?.seen
  expect([seen?.includes('app_stasis.so'), seen?.includes('func_timeout.so')]).toEqual([true, true])
  expect(seen).not.toContain('chan_pjsip.so')
})

it('music is needed where callers are to hear it', async () => {
  expect(badOf(await examineSetup({}, { callerHears: 'music' }))).toEqual(['ari_modules_missing', 'not_checked'])
  const modules = running([...MODULES, ...FUNCTIONS, 'res_musiconhold'])
  expect(badOf(await examineSetup({ 'GET /asterisk/modules': modules }, { callerHears: 'music' }))).toEqual([])
})

it.each([
  ['ari_read_only', { 'POST /channels/wakecall-doctor/ring': 403 }],
  ['ari_application_absent', { 'GET /applications/wakecall': 404 }],
  ['ari_application_other', { 'GET /applications/wakecall': { endpoint_ids: [] } }],
  ['pjsip_registrations_unheard', { global: {} }],
  ['pjsip_registrations_unheard', { global: { global: { send_contact_status_on_update_registration: 'no' } } }],
])('%s: %j', async (id, change) => {
  expect(badOf(await examineSetup(change))).toEqual([id])
})

it('behind a user that is refused nothing is asked', async () => {
  const { settings, asked } = await withAsterisk({ 'GET /asterisk/info': 401 })
  expect(badOf(await checkAriSetup(settings))).toEqual(['ari_refused'])
  expect(asked).toEqual(['GET /asterisk/info'])
})

it.each([
  ['pjsip_endpoint_unknown', { endpoint: {} }],
  ['pjsip_endpoint_unknown', { endpoint: { 1001: { ...ENDPOINT, aors: '' } } }],
  ['pjsip_endpoint_unknown', { aor: {} }],
  ['pjsip_aor_full', { aor: { 1001: { ...AOR, max_contacts: '1' } } }],
  ['pjsip_aor_keeps_old', { aor: { 1001: { ...AOR, remove_existing: 'false' } } }],
  ['pjsip_aor_unqualified', { aor: { 1001: { ...AOR, qualify_frequency: '0' } } }],
  ['pjsip_contact_not_rewritten', { endpoint: { 1001: { ...ENDPOINT, rewrite_contact: 'false' } } }],
])('%s: %j', async (id, change) => {
  const { findings, bad } = await examineExtensions(change)
  expect(bad).toEqual([id])
  expect(findings.find((finding) => finding.id === id)?.seen).toMatch(/^1001 \(.*\)\.$/)
})

it.each([
  ['another way to make room', { aor: { 1001: { ...AOR, remove_existing: 'false', remove_unavailable: 'true' } } }],
  [
    'a proxy before it',
    { endpoint: { 1001: { ...ENDPOINT, rewrite_contact: 'false' } }, aor: { 1001: { ...AOR, support_path: 'true' } } },
  ],
  ['an AOR of another name', { endpoint: { 1001: { ...ENDPOINT, aors: 'ada,bob' } }, aor: { ada: AOR } }],
  ['its own AOR among others', { endpoint: { 1001: { ...ENDPOINT, aors: 'ada, 1001' } }, aor: { 1001: AOR } }],
])('nothing is wrong with %s', async (_what, change) => {
  expect((await examineExtensions(change)).bad).toEqual([])
})

it('of many extensions twenty are looked at, those with the most devices first', async () => {
  const extensions = Array.from({ length: 25 }, (_, index) => String(1001 + index))
  const { findings, asked } = await examineExtensions({}, [...extensions, '1025'])
  expect(findings[0]?.seen).toMatch(/^Looked at 20 of the 25 extensions that have devices: 1025, 1001, .*, 1019\.$/)
  expect(asked.filter((one) => one.includes('/endpoint/'))).toHaveLength(20)
})

const CALL = 'GET /channels/1700000000.1/variable?variable=PJSIP_AOR(1001%2Ccontact)'
const contactOf = (length: number) => ({
  'GET /channels': [{ id: '1700000000.1' }],
  [CALL]: { value: '1001;@short,1001;@long' },
  contact: { '1001;@short': { uri: 'sip:a@192.0.2.1' }, '1001;@long': { uri: 'sip:secret-token@192.0.2.1'.padEnd(length, 'x') } },
})

it.each([
  [469, []],
  [470, ['pjsip_contact_long']],
  [509, ['pjsip_contact_long']],
  [510, ['pjsip_contact_too_long']],
])('a Contact of %i characters', async (length, ids) => {
  const { bad, findings } = await examineExtensions(contactOf(length))
  expect(bad).toEqual(ids)
  expect(JSON.stringify(findings)).not.toContain('secret-token')
})

it('Contacts that cannot be read', async () => {
  const unread = { ...contactOf(510), [CALL]: 500 }
  expect((await examineExtensions(unread)).bad).toEqual([])
  expect((await examineExtensions({ ...contactOf(510), 'GET /channels': [] })).bad).toEqual([])
})

it('without the service, or without Asterisk, the extensions are left out', async () => {
  const { settings } = await withAsterisk()
  const at = { listen: '127.0.0.1:1', localToken: undefined }
  const patient = { config: '', errors: [], settings }
  expect(badOf(await checkAriExtensions(patient, { is: 'down' }, at))).toEqual(['not_checked'])
  expect((await examineExtensions({ 'GET /asterisk/info': 401 })).bad).toEqual(['not_checked'])
  expect(await checkAriExtensions({ ...patient, settings: settingsFor('https://relay.example') }, { is: 'down' }, at)).toEqual([])
})

import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { ask } from '../../client/commands/ask.ts'
import { assertVacant } from '../../client/http/door.ts'
import type { Settings } from '../../client/load-settings.ts'
import { compareSettings } from '../../client/reload.ts'
import { SettingsError } from '../../client/settings.ts'
import { startPns } from '../../client/start.ts'
import { createStore } from '../../client/store/store.ts'
import { runBoth, runPns, settingsFor, stubRelay, temporaryDir } from './harness.ts'
import { ALERT, FCM, VOIP } from './keys.ts'
import { problem, wellFate } from './stub-relay.ts'

const call = { to: '1001', from: '1002', callId: 'c' }

/** A PNS whose settings a test may change under it. */
async function runReloadable() {
  const relay = await stubRelay()
  const settings = settingsFor(relay.url)
  const file: { read: () => Settings } = { read: () => settings }
  const pns = await runPns(settings, () => file.read())
  return { relay, settings, file, pns }
}

/** What a PNS leaves that was killed: a server unlinks its socket as it ends, so that of another name is it. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer()
  server.listen(`${path}.own`)
  await once(server, 'listening')
  renameSync(`${path}.own`, path)
  server.close()
  await once(server, 'close')
}

it('/confreload takes what can change, and names what cannot', async () => {
  const { pns, file, settings, relay } = await runReloadable()
  file.read = () => ({ ...settings, ringSeconds: 45, listen: '127.0.0.1:1', log: { ...settings.log, level: 'error' } })
  const reply = await pns.post('/confreload', {})
  expect(reply.json()).toEqual({ reloaded: true, changed: ['ringSeconds', 'log.level'], needRestart: ['listen'] })
  await pns.post('/push_call', call)
  expect(relay.received.at(-1)?.body.ringSeconds).toBe(45)
  expect((await pns.post('/confreload', {})).json().needRestart).toEqual(['listen'])
})

it('/confreload goes over to another relay without dropping a call', async () => {
  const { pns, file, settings, relay } = await runReloadable()
  const other = await stubRelay()
  const release = Promise.withResolvers<void>()
  relay.fate = async (received) => release.promise.then(() => (relay.received.length === 1 ? 'close' : wellFate(received)))
  const running = pns.post('/push_call', call)
  await vi.waitFor(() => expect(relay.received).toHaveLength(1), 10_000)
  file.read = () => ({ ...settings, relay: other.url })
  await pns.post('/confreload', {})
  release.resolve()
  expect((await running).status).toBe(200)
  await pns.post('/push_call', { ...call, callId: 'd' })
  expect(other.received.map(({ body }) => body.callId)).toEqual(['d'])
})

it('/confreload with errors keeps the old settings and says which', async () => {
  const { pns, file } = await runReloadable()
  file.read = () => {
    throw new SettingsError(['pbx: is missing'])
  }
  const reply = await pns.post('/confreload', {})
  const errors = [{ pointer: '', message: 'pbx: is missing' }]
  expect([reply.status, reply.json()]).toMatchObject([422, { code: 'settings_refused', detail: 'pbx: is missing', errors }])
  expect((await pns.post('/push_call', call)).status).toBe(200)
  expect(pns.log()).toContain('the old ones stay')
})

it('/confreload names what changed in a table, never its value', async () => {
  const { pns, file, settings, relay } = await runReloadable()
  const from = (password: string) => ({
    ...settings,
    relay: relay.url,
    network: { ...settings.network, resolvers: ['127.0.0.1:53'] },
    ari: {
      url: 'http://127.0.0.1:8088/ari',
      username: 'wakecall',
      password,
    } as NonNullable<typeof settings.ari>,
  })
  file.read = () => from('an-old-secret')
  expect((await pns.post('/confreload', {})).json()).toMatchObject({
    changed: ['network.resolvers'],
    needRestart: ['ari.url', 'ari.username', 'ari.password'],
  })
  expect(pns.log()).not.toMatch(/secret/)
})

it.each([
  [{ gateway: { sip: '127.0.0.1:5060', holdSeconds: 30 } }, ['gateway.sip', 'gateway.holdSeconds'], []],
  [{ apps: { 'a-project': 'phone' } }, ['apps.a-project'], []],
  [{ network: { proxy: 'http://proxy.example:3128' } }, [], ['network.proxy']],
])('what companions were started with waits for a restart: %j', (change, needRestart, changed) => {
  const dir = temporaryDir()
  const gateway = { sip: '127.0.0.1:7463' }
  const [old, fresh] = [{ gateway }, { gateway, ...change }].map((one) => settingsFor('https://other.example', { dir, ...one }))
  expect(compareSettings(old as Settings, fresh as Settings)).toMatchObject({ needRestart, changed })
})

it.each([
  [{ network: { resolvers: ['127.0.0.1'] } }, true],
  [{ alternateRelay: 'https://relay.example' }, true],
  [{ pbx: 'branch' }, true],
  [{ gateway: { sip: '127.0.0.1:5060' } }, false],
  [{ ringSeconds: 20 }, false],
])('%j is a matter of the connection to the relay: %s', (change, relayChanged) => {
  const dir = temporaryDir()
  const [old, fresh] = [settingsFor('https://other.example', { dir }), settingsFor('https://other.example', { dir, ...change })]
  expect(compareSettings(old, fresh).relayChanged).toBe(relayChanged)
})

it('SIGUSR1 makes the log anew where logrotate moved it away', async () => {
  const relay = await stubRelay()
  const settings = settingsFor(relay.url)
  const pns = await runPns(settings)
  const file = String(settings.log.file)
  await pns.post('/push_call', { to: '1001', from: '1', callId: 'before' })
  renameSync(file, `${file}.1`)
  await pns.post('/push_call', { to: '1001', from: '1', callId: 'between' })
  pns.reopenLog()
  await pns.post('/push_call', { to: '1001', from: '1', callId: 'after' })
  const idsIn = (name: string) => [...readFileSync(name, 'utf8').matchAll(/"callId":"(\w+)"/g)].map(([, id]) => id)
  expect([idsIn(`${file}.1`), idsIn(file)]).toEqual([['before', 'between'], ['after']])
})

it('a log that cannot be written or made anew costs no call', async () => {
  const relay = await stubRelay()
  const full = await runPns(settingsFor(relay.url, { log: { file: '/dev/full' } }))
  full.reopenLog()
  expect((await full.post('/push_call', call)).status).toBe(200)
  const settings = settingsFor(relay.url)
  const moved = await runPns(settings)
  const file = String(settings.log.file)
  renameSync(file, `${file}.1`)
  mkdirSync(file)
  moved.reopenLog()
  expect((await moved.post('/push_call', { ...call, callId: 'goes-on' })).status).toBe(200)
  expect(readFileSync(`${file}.1`, 'utf8')).toContain('goes-on')
})

it('/stop answers, lets running calls end, and is over', async () => {
  const { relay, pns } = await runBoth()
  const release = Promise.withResolvers<void>()
  relay.fate = async (received) =>
    release.promise.then(() => (relay.received.length === 1 ? problem('unavailable') : wellFate(received)))
  const running = pns.post('/push_call', call)
  await vi.waitFor(() => expect(relay.received).toHaveLength(1), 10_000)
  expect((await pns.post('/stop', {})).json()).toEqual({ stopping: true })
  release.resolve()
  expect((await running).status).toBe(200)
  await pns.closed
  await expect(pns.ask('/health')).rejects.toThrow()
})

it('/stop does not take a body that means something else', async () => {
  const { pns } = await runBoth()
  expect((await pns.post('/stop', { when: 'later' })).status).toBe(400)
  expect((await pns.ask('/health')).status).toBe(200)
})

it('a port that is taken names the setting', async () => {
  const { pns, relay } = await runBoth()
  const settings = settingsFor(relay.url, { listen: pns.url.replace('http://', '') })
  await expect(startPns(settings)).rejects.toThrow(/^listen: cannot listen there \(EADDRINUSE\)/)
  expect(readFileSync(String(settings.log.file), 'utf8')).toBe('')
  await expect(assertVacant(settings.listen)).rejects.toThrow(/EADDRINUSE/)
  await pns.close()
  await assertVacant(settings.listen)
})

it('a companion that cannot start ends the others', async () => {
  const relay = await stubRelay()
  const closed = vi.fn(async () => {})
  const refused = async () => Promise.reject(new Error('its port is taken'))
  const starting = startPns(settingsFor(relay.url), undefined, [async () => ({ close: closed }), refused])
  await expect(starting).rejects.toThrow('its port is taken')
  expect(closed).toHaveBeenCalledOnce()
})

it('a socket is for its user and group, replaces that of a dead PNS, and is gone at the end', async () => {
  const relay = await stubRelay()
  const path = join(temporaryDir(), 'pns.sock')
  const [listen, mask] = [`unix:${path}`, process.umask()]
  await leaveSocket(path)
  expect(statSync(path).isSocket()).toBe(true)
  const pns = await startPns(settingsFor(relay.url, { listen }))
  expect([pns.url, statSync(path).mode & 0o777, process.umask()]).toEqual([listen, 0o660, mask])
  expect(await ask({ pns: listen }, { method: 'GET', path: '/health' })).toMatchObject({ devices: 0, live: true })
  await expect(startPns(settingsFor(relay.url, { listen }))).rejects.toThrow(/^listen: .*EADDRINUSE.*another program/)
  await expect(assertVacant(listen)).rejects.toThrow(/EADDRINUSE/)
  expect(await ask({ pns: listen }, { method: 'GET', path: '/health' })).toMatchObject({ live: true })
  await pns.close()
  expect(existsSync(path)).toBe(false)
  await expect(ask({ pns: listen }, { method: 'GET', path: '/health' })).rejects.toMatchObject({ exitCode: 3 })
})

it.each([
  ['a file', /EADDRINUSE/],
  ['nowhere/pns.sock', /EACCES.*make the folder/],
])('what is no socket of a PNS is left alone: %s', async (name, says) => {
  const dir = temporaryDir()
  writeFileSync(join(dir, 'a file'), 'of somebody')
  await expect(assertVacant(`unix:${join(dir, name)}`)).rejects.toThrow(says)
  expect(readFileSync(join(dir, 'a file'), 'utf8')).toBe('of somebody')
})

it('a data directory that cannot be used names the setting, and is private', async () => {
  const dir = temporaryDir()
  const clock = { wall: () => 1, monotonic: () => 1 }
  createStore(join(dir, 'data'), clock).close()
  expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700)
  expect(() => createStore('/dev/null/data', clock)).toThrow(/^dataDir: cannot be used/)
})

it('no token and no number of a caller appears in the log, at any level', async () => {
  const { relay, pns } = await runBoth({ localToken: 'a-long-secret-of-ours' })
  const own = { authorization: 'Bearer a-long-secret-of-ours' }
  const from = '+442079460000'
  await pns.post('/register', { extension: '1', platform: 'ios', token: VOIP, alertToken: ALERT }, own)
  await pns.post('/register', { extension: '1', platform: 'android', token: FCM }, own)
  await pns.post('/register', { extension: '1', platform: 'ios', token: FCM }, own)
  await pns.post('/push_call', { to: '1', from, callId: 'c' }, own)
  await pns.post('/woke', { callId: 'c', extension: '1', token: FCM }, own)
  await pns.post('/update', { oldToken: FCM, newToken: `${FCM}-new` }, own)
  relay.fate = () => problem('internal')
  await pns.post('/push_call', { to: '1', from }, own)
  await pns.post('/delete', { token: VOIP }, own)
  await pns.ask(`/delete?token=${VOIP}`)
  await pns.close()
  const log = pns.log()
  expect(log).toContain('"msg":"stopped"')
  for (const secret of [VOIP, ALERT, FCM, from, own.authorization.slice(7)]) expect(log).not.toContain(secret)
})

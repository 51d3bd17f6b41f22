import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { Settings } from '../../client/load-settings.ts'
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
  await vi.waitFor(() => expect(relay.received).toHaveLength(1))
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
  expect([reply.status, reply.json()]).toMatchObject([422, { code: 'settings_refused', detail: 'pbx: is missing' }])
  expect((await pns.post('/push_call', call)).status).toBe(200)
  expect(pns.log()).toContain('the old ones stay')
})

it('/stop answers, lets running calls end, and is over', async () => {
  const { relay, pns } = await runBoth()
  const release = Promise.withResolvers<void>()
  relay.fate = async (received) =>
    release.promise.then(() => (relay.received.length === 1 ? problem('unavailable') : wellFate(received)))
  const running = pns.post('/push_call', call)
  await vi.waitFor(() => expect(relay.received).toHaveLength(1))
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

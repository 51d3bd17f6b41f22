import { expect, it, vi } from 'vitest'
import { verdictOn } from '../../client/outbox.ts'
import { PnsProblem } from '../../client/problem.ts'
import { createStore } from '../../client/store/store.ts'
import { runBoth, runPns, settingsFor, stubRelay, type TestPns, temporaryDir } from './harness.ts'
import { FCM, VOIP } from './keys.ts'
import { problem, type Received, wellFate } from './stub-relay.ts'

const phone = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' } as const
const device = { ...phone, app: 'com.example.phone' }
const waiting = async (pns: TestPns) => (await pns.ask('/health')).json().outbox.waiting
const delivered = (pns: TestPns) => vi.waitFor(async () => expect(await waiting(pns)).toBe(0), 15_000)
const clockAt = (times: number[]) => ({ wall: () => times.shift() ?? 1, monotonic: () => 0 })

it('a registration is kept while the relay is away, and delivered when it comes back', async () => {
  const away = await stubRelay()
  await away.close()
  const pns = await runPns(settingsFor(away.url))
  expect((await pns.post('/register', phone)).status).toBe(200)
  await vi.waitFor(() => expect(pns.log()).toContain('relay did not confirm'), 15_000)
  expect(await waiting(pns)).toBe(1)
  const back = await stubRelay(away.port)
  await delivered(pns)
  expect(back.to('PUT', '/v1/extensions')).toHaveLength(1)
})

it('also after a restart from the same directory', async () => {
  const away = await stubRelay()
  await away.close()
  const settings = settingsFor(away.url)
  const first = await runPns(settings)
  await first.post('/register', phone)
  await first.close()
  const back = await stubRelay(away.port)
  const second = await runPns(settings)
  await delivered(second)
  expect(back.to('PUT', '/v1/extensions')).toHaveLength(1)
  expect((await second.ask('/devices')).json().devices).toMatchObject([{ deviceId: 'phone-1', confirmed: true }])
})

it('only the newest state of a device is sent', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = () => problem('unavailable')
  await pns.post('/register', phone)
  await vi.waitFor(() => expect(relay.received.length).toBeGreaterThan(0), 5000)
  await pns.post('/delete', { extension: '1001', deviceId: 'phone-1' })
  relay.fate = wellFate
  await delivered(pns)
  const last = relay.received.at(-1) as Received
  expect(last.method).toBe('DELETE')
  expect(Number(new URLSearchParams(last.query).get('version'))).toBeGreaterThan(Number(relay.received[0]?.body.version))
})

it('a change that the relay refuses is parked with its reason and blocks no other', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (received.path.endsWith('bad') ? problem('token_refused') : wellFate(received))
  await pns.post('/register', { ...phone, deviceId: 'bad' })
  await pns.post('/register', { ...phone, extension: '1002' })
  await delivered(pns)
  const { devices } = (await pns.ask('/devices')).json()
  expect(devices).toMatchObject([
    { deviceId: 'bad', confirmed: false, refusal: 'token_refused: said by the stub' },
    { deviceId: 'phone-1', confirmed: true },
  ])
  relay.fate = wellFate
  await pns.post('/register', { ...phone, deviceId: 'bad' })
  await delivered(pns)
  expect((await pns.ask('/devices?extension=1001')).json().devices[0]).not.toHaveProperty('refusal')
})

it.each(['signature_refused', 'device_quota_exceeded', 'internal'] as const)('%s is tried again', async (code) => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (relay.received.length < 2 ? problem(code) : wellFate(received))
  await pns.post('/register', phone)
  await delivered(pns)
  expect(relay.received).toHaveLength(2)
})

it('nonsense in the place of the relay parks nothing', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (relay.received.length < 2 ? { status: 404, body: '<html>' } : wellFate(received))
  await pns.post('/register', phone)
  await delivered(pns)
  expect((await pns.ask('/devices')).json().devices).toMatchObject([{ confirmed: true }])
})

it('a version from the future at the relay is topped', async () => {
  const { relay, pns } = await runBoth()
  const storedVersion = Date.now() + 3_600_000
  relay.fate = (received) =>
    Number(received.body.version) > storedVersion ? wellFate(received) : problem('stale_version', { storedVersion })
  await pns.post('/register', phone)
  await delivered(pns)
  expect(relay.received.at(-1)?.body.version).toBe(storedVersion + 1)
})

it('what a stored version says of ours', () => {
  const sent = { ...device, version: 10, confirmedVersion: 0, removed: false, refusal: undefined }
  const stale = (storedVersion: number) =>
    new PnsProblem('relay_refused', '', { relay: { status: 409, code: 'stale_version', detail: 'd', storedVersion } })
  expect(verdictOn(sent, stale(10), 20)?.outcome).toBe('confirmed')
  expect(verdictOn(sent, stale(15), 20)?.outcome).toBe('refused')
  expect(verdictOn(sent, stale(30), 20)).toMatchObject({ outcome: 'superseded', storedVersion: 30 })
  expect(verdictOn(sent, new PnsProblem('relay_slow', ''), 20)).toBeUndefined()
})

it('versions never go backwards when the clock does, nor after a removal and a restart', () => {
  const dir = temporaryDir()
  const first = createStore(dir, clockAt([1000, 500]))
  first.register(device)
  const before = first.waiting(0, 9)[0]?.version
  first.remove(device)
  const [removed] = first.waiting(0, 9)
  expect([before, removed?.version]).toEqual([1000, 1001])
  if (removed) first.settle([{ ...removed, outcome: 'confirmed' }])
  expect(first.waiting(0, 9)).toEqual([])
  first.close()
  const second = createStore(dir, clockAt([100]))
  second.register(device)
  expect(second.waiting(0, 9)[0]?.version).toBe(1002)
  second.close()
})

it('an answer to an older version confirms nothing', () => {
  const store = createStore(temporaryDir(), clockAt([1, 2]))
  store.register(device)
  const [older] = store.waiting(0, 9)
  store.register({ ...device, platform: 'android', token: FCM })
  if (older) store.settle([{ ...older, outcome: 'confirmed' }])
  expect(store.waiting(0, 9)).toMatchObject([{ version: 2, confirmedVersion: 0, token: FCM }])
  store.close()
})

it('what the relay forgot is forgotten in that version only', () => {
  const store = createStore(temporaryDir(), clockAt([1, 2]))
  store.register(device)
  const confirmed = () => store.devices('1001').map((row) => ({ ...row, outcome: 'confirmed' as const }))
  const [old] = store.devices('1001')
  store.register(device)
  store.settle(confirmed())
  if (old) store.forget(old)
  expect(store.devices('1001')).toHaveLength(1)
  for (const row of store.devices('1001')) store.forget(row)
  expect(store.devices('1001')).toEqual([])
  store.close()
})

import { expect, it, vi } from 'vitest'
import { PnsProblem } from '../../client/problem.ts'
import { verdictOn } from '../../client/verdict.ts'
import { runBoth, runPns, settingsFor, stubRelay, type TestPns } from './harness.ts'
import { VOIP } from './keys.ts'
import { problem, type Received, wellFate } from './stub-relay.ts'

const phone = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' } as const
const device = { ...phone, app: 'com.example.phone' }
const waiting = async (pns: TestPns) => (await pns.ask('/health')).json().outbox.waiting
const delivered = (pns: TestPns) => vi.waitFor(async () => expect(await waiting(pns)).toBe(0), 15_000)

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
  const stale = (storedVersion: number, removed = false) =>
    new PnsProblem('relay_refused', '', { relay: { status: 409, code: 'stale_version', detail: 'd', storedVersion, removed } })
  expect(verdictOn(sent, stale(10), 20)?.outcome).toBe('confirmed')
  expect(verdictOn(sent, stale(10, true), 20)?.outcome).toBe('gone')
  expect(verdictOn({ ...sent, removed: true }, stale(10, true), 20)?.outcome).toBe('confirmed')
  expect(verdictOn(sent, stale(15), 20)?.outcome).toBe('refused')
  expect(verdictOn(sent, stale(30), 20)).toMatchObject({ outcome: 'superseded', storedVersion: 30 })
  expect(verdictOn(sent, new PnsProblem('relay_slow', ''), 20)).toBeUndefined()
})

it('a device that the relay has pruned is forgotten', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = ({ body }) => problem('stale_version', { storedVersion: Number(body.version), removed: true })
  await pns.post('/register', phone)
  await delivered(pns)
  expect((await pns.ask('/devices')).json().devices).toEqual([])
})

it('one device that always fails delays no other, and is told when it works', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (received.path.endsWith('sick') ? problem('internal') : wellFate(received))
  await pns.post('/register', { ...phone, deviceId: 'sick' })
  for (let i = 0; i < 20; i++) await pns.post('/register', { ...phone, extension: `20${i}` })
  await vi.waitFor(async () => expect(await waiting(pns)).toBe(1), 15_000)
  expect((await pns.ask('/devices?extension=1001')).json().devices).toMatchObject([{ confirmed: false }])
  relay.fate = wellFate
  await delivered(pns)
})

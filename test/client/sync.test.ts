import { expect, it, vi } from 'vitest'
import { compare } from '../../client/sync.ts'
import { runBoth, runPns, settingsFor, stubRelay, type TestPns } from './harness.ts'
import { VOIP } from './keys.ts'
import { type Fate, problem, type Received, type StubRelay } from './stub-relay.ts'

const phone = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' }

/** A relay that keeps what it is told of, by path; `kept` may be changed under its feet. */
function remember(relay: StubRelay): Map<string, Record<string, unknown>> {
  const kept = new Map<string, Record<string, unknown>>()
  const { well } = relay
  relay.fate = (received: Received): Fate => {
    const { method, path, body } = received
    const [, , , extension, , deviceId] = path.split('/')
    if (method === 'PUT') kept.set(path, { extension, deviceId, ...body, updatedAt: '2026-01-01T00:00:00.000Z' })
    if (method === 'DELETE') kept.delete(path)
    if (method !== 'GET') return well(received)
    return {
      status: 200,
      body: { extension, devices: [...kept].filter(([at]) => at.startsWith(`${path}/`)).map(([, row]) => row) },
    }
  }
  return kept
}

const ended = async (pns: TestPns, state = 'done') => {
  await vi.waitFor(async () => expect((await pns.ask('/sync_status')).json().state).toBe(state), 10_000)
  return (await pns.ask('/sync_status')).json()
}
const delivered = (pns: TestPns) =>
  vi.waitFor(async () => expect((await pns.ask('/health')).json().outbox.waiting).toBe(0), 10_000)

it('a wiped relay is filled again, and a second comparison finds nothing', async () => {
  const { relay, pns } = await runBoth()
  const kept = remember(relay)
  for (const extension of ['1001', '1002', '1003']) await pns.post('/register', { ...phone, extension })
  await delivered(pns)
  const before = [...kept]
  kept.clear()
  await pns.post('/sync', { rate: 1000 })
  expect(await ended(pns)).toMatchObject({ extensions: 3, compared: 3, missing: 3, different: 0, unknownCount: 0, waiting: 0 })
  expect([...kept]).toEqual(before)
  await pns.post('/sync', { rate: 1000 })
  expect(await ended(pns)).toMatchObject({ compared: 3, missing: 0, different: 0 })
})

it('what only the relay has is named, and removed only when that is asked for', async () => {
  const { relay, pns } = await runBoth()
  const kept = remember(relay)
  await pns.post('/register', phone)
  await delivered(pns)
  const [[path, row]] = [...kept] as [[string, Record<string, unknown>]]
  kept.set(path.replace('phone-1', 'stranger'), { ...row, deviceId: 'stranger' })
  await pns.post('/sync', { rate: 1000 })
  expect(await ended(pns)).toMatchObject({ unknown: [{ extension: '1001', deviceId: 'stranger' }], removed: 0 })
  expect(kept.size).toBe(2)
  await pns.post('/sync', { rate: 1000, removeUnknown: true })
  expect(await ended(pns)).toMatchObject({ unknownCount: 1, removed: 1 })
  expect([...kept.keys()]).toEqual([path])
  expect((await pns.ask('/devices')).json().devices).toMatchObject([{ deviceId: 'phone-1' }])
})

it('what the relay refused before is tried again', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = () => problem('unknown_app')
  await pns.post('/register', phone)
  await vi.waitFor(async () => expect((await pns.ask('/health')).json().outbox.parked).toBe(1), 5000)
  expect((await pns.ask('/devices?parked=true')).json().devices).toMatchObject([{ refusal: 'unknown_app: said by the stub' }])
  remember(relay)
  await pns.post('/sync', { rate: 1000 })
  expect(await ended(pns)).toMatchObject({ retried: 1 })
  expect((await pns.ask('/devices?parked=true')).json().devices).toEqual([])
})

it('a relay that is away ends it with the reason', async () => {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url))
  await pns.post('/register', phone)
  await delivered(pns)
  relay.fate = () => problem('internal')
  await pns.post('/sync', {})
  expect(await ended(pns, 'failed')).toMatchObject({ compared: 0, problem: { code: 'relay_failed' } })
})

it.each([{ rate: 0 }, { rate: 5000 }, { removeUnknown: 'perhaps' }])('refuses %j', async (params) => {
  const { pns } = await runBoth()
  expect((await pns.post('/sync', params)).status).toBe(400)
  expect((await pns.ask('/sync_status')).json().state).toBe('idle')
})

it('changes on their way are no difference, and neither are removals', () => {
  const ours = { extension: '1', platform: 'ios', app: 'a', token: VOIP, refusal: undefined } as const
  const row = (deviceId: string, version: number, confirmedVersion: number, removed = false) => ({
    ...ours,
    deviceId,
    version,
    confirmedVersion,
    removed,
  })
  const theirs = (deviceId: string, version: number) => ({
    ...{ extension: '1', platform: 'ios' as const, app: 'a', tokens: {}, updatedAt: '2026-01-01T00:00:00.000Z' },
    deviceId,
    version,
  })
  const found = compare(
    [row('same', 1, 1), row('older', 2, 2), row('lost', 3, 3), row('new', 4, 0), row('going', 5, 1, true)],
    [theirs('same', 1), theirs('older', 1), theirs('going', 1), theirs('theirs', 9)],
  )
  const ids = Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, rows.map(({ deviceId }) => deviceId)]))
  expect(ids).toEqual({ missing: ['lost'], different: ['older'], unknown: ['theirs'] })
})

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../client/clock.ts'
import { healthOf, type Vitals } from '../../client/health.ts'
import { createLog } from '../../client/log.ts'
import { createPns } from '../../client/pns.ts'
import { PnsProblem } from '../../client/problem.ts'
import { createRelay } from '../../client/relay/relay.ts'
import { createStore } from '../../client/store/store.ts'
import { runBoth, settingsFor, type TestPns } from './harness.ts'
import { VOIP } from './keys.ts'
import { problem } from './stub-relay.ts'

const NOW = Date.parse('2026-03-01T00:00:00.000Z')
const DAY = 24 * 3600 * 1000
const certificate = (ms: number) => ({ certificate: { issuer: 'a CA', validTo: new Date(NOW + ms).toISOString() } })
const name = { host: 'relay.example.com', ageSeconds: 10, source: 'system' }

const WELL: Vitals = {
  now: NOW,
  uptimeMs: 1000,
  counts: { devices: 3, waiting: 0, parked: 0, wakes: 0 },
  refusals: {},
  contact: { at: '2026-02-28T23:59:59.000Z', away: false },
  keyIds: ['k'],
  names: [],
}
const waitingSince = (ms: number) => ({ counts: { ...WELL.counts, waiting: 1, oldestWaiting: NOW - ms } })
const codesOf = (change: Partial<Vitals>) => healthOf({ ...WELL, ...change }).problems.map(({ code }) => code)

it.each<[what: string, ill: Partial<Vitals>, well: Partial<Vitals>, code: string]>([
  ['relay known to be away', { contact: { away: true, problem: 'relay_slow' } }, { contact: { away: false } }, 'relay_away'],
  ['last contact', { contact: { problem: 'relay_slow' } }, { contact: { problem: 'relay_refused' } }, 'relay_slow'],
  ['outbox', waitingSince(61_000), waitingSince(60_000), 'outbox_old'],
  ['parked', { counts: { ...WELL.counts, parked: 1 } }, { counts: { ...WELL.counts, waiting: 1 } }, 'changes_parked'],
  ['clock', { contact: { clockOffsetMs: -61_000 } }, { contact: { clockOffsetMs: 60_000 } }, 'clock_skewed'],
  ['certificate', { contact: certificate(14 * DAY - 1) }, { contact: certificate(14 * DAY) }, 'certificate_expires'],
  ['name', { names: [{ ...name, stale: true }] }, { names: [{ ...name, stale: false }] }, 'name_stale'],
  ['storage', { storageProblem: 'disk_full' }, { storageProblem: undefined }, 'disk_full'],
])('%s: is degraded, and not without a reason', (_, ill, well, code) => {
  expect(codesOf(ill)).toEqual([code])
  expect(codesOf(well)).toEqual([])
  expect([ill, well].map((change) => healthOf({ ...WELL, ...change }).status)).toEqual(['degraded', 'ok'])
})

it.each<[Partial<Vitals>, ready: boolean]>([
  [{ contact: { away: true } }, false],
  [{ storageProblem: 'storage_failed' }, false],
  [{ contact: { problem: 'relay_slow' } }, true],
  [{}, true],
])('can take calls with %j: %s', (change, ready) => {
  expect(healthOf({ ...WELL, ...change })).toMatchObject({ ready, live: true })
})

it('a wrong clock is one problem, and says which way', () => {
  const contact = { problem: 'clock_skewed', clockOffsetMs: -90_000 } as const
  expect(codesOf({ contact })).toEqual(['clock_skewed'])
  expect(healthOf({ ...WELL, contact: { clockOffsetMs: -90_000 } }).problems[0]?.detail).toContain('90 s ahead of')
  expect(healthOf({ ...WELL, contact: { clockOffsetMs: 90_000 } }).problems[0]?.detail).toContain('90 s behind')
})

it('a change that waits is never younger than nothing, whatever the clock did', () => {
  expect(healthOf({ ...WELL, ...waitingSince(2500) }).outbox.oldestSeconds).toBe(3)
  expect(healthOf({ ...WELL, ...waitingSince(-5000) }).outbox.oldestSeconds).toBe(0)
})

const healthIn = async (pns: TestPns) => (await pns.ask('/health')).json()

it('says what runs and when the relay was there', async () => {
  const { pns } = await runBoth()
  await pns.ask('/push_call?to=1001&from=1')
  expect(await healthIn(pns)).toMatchObject({
    status: 'ok',
    ready: true,
    live: true,
    pid: process.pid,
    devices: 0,
    outbox: { waiting: 0, parked: 0, refusals: {}, wakes: 0 },
    relay: { at: expect.any(String), away: false, keyIds: [expect.any(String)] },
    lastPush: { at: expect.any(String), result: 'ok' },
    problems: [],
  })
})

it('stays degraded while a change is parked, however well the relay answers', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = (received) => (received.method === 'PUT' ? problem('unknown_app') : relay.well(received))
  await pns.post('/register', { extension: '1001', platform: 'ios', token: VOIP })
  await vi.waitFor(async () => expect((await healthIn(pns)).outbox.parked).toBe(1), 5000)
  await pns.ask('/push_call?to=1001&from=1')
  const { status, outbox, problems } = await healthIn(pns)
  expect({ status, refusals: outbox.refusals, codes: problems.map(({ code }: { code: string }) => code) }).toEqual({
    status: 'degraded',
    refusals: { unknown_app: 1 },
    codes: ['changes_parked'],
  })
})

it('says what the last push failed with', async () => {
  const { relay, pns } = await runBoth()
  relay.fate = () => problem('internal')
  await pns.ask('/push_call?to=1001&from=1')
  expect(await healthIn(pns)).toMatchObject({ status: 'degraded', lastPush: { result: 'relay_failed' } })
})

/** A PNS whose relay or store a test may make ill. */
async function runIll() {
  const ill: { away: boolean; storing?: 'register' | 'durable' } = { away: false }
  const full = () => new PnsProblem('disk_full', 'said by the test')
  const settings = settingsFor('http://127.0.0.1:9')
  const relay = createRelay(settings, systemClock)
  const stored = createStore(settings.dataDir, systemClock)
  const { server, close } = createPns({
    settings,
    relay: { ...relay, contact: () => ({ ...relay.contact(), away: ill.away }) },
    store: {
      ...stored,
      register(device) {
        if (ill.storing === 'register') throw full()
        stored.register(device)
      },
      durable: () => (ill.storing === 'durable' ? Promise.reject(full()) : stored.durable()),
    },
    log: createLog(settings),
    clock: systemClock,
    readSettings: () => settings,
  })
  onTestFinished(close)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const ask = (path: string) => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  return { ill, ask, register: () => ask(`/register?extension=1001&platform=ios&token=${VOIP}`) }
}

it('a load balancer sees 503 while calls cannot be taken, and only if it asks for that', async () => {
  const { ill, ask, register } = await runIll()
  const statuses = async () => [(await ask('/health')).status, (await ask('/health?probe=ready')).status]
  expect(await statuses()).toEqual([200, 200])
  ill.away = true
  expect(await statuses()).toEqual([200, 503])
  ill.away = false
  for (const storing of ['register', 'durable'] as const) {
    ill.storing = storing
    expect((await register()).status).toBe(507)
    expect(await statuses()).toEqual([200, 503])
    delete ill.storing
    expect((await register()).status).toBe(200)
    expect(await statuses()).toEqual([200, 200])
  }
  expect((await ask('/health?probe=everything')).status).toBe(400)
})

it('as text it is one word', async () => {
  const headers = { accept: 'text/plain' }
  const { relay, pns } = await runBoth()
  await pns.ask('/push_call?to=1001&from=1')
  expect((await pns.ask('/health', { headers })).text).toBe('ok')
  relay.fate = () => problem('internal')
  await pns.ask('/push_call?to=1001&from=1')
  expect((await pns.ask('/health', { headers })).text).toBe('degraded')
})

it('docs/pns.md shows what there is', () => {
  const text = readFileSync(new URL('../../docs/pns.md', import.meta.url), 'utf8')
  const shown = JSON.parse(/```json\n(.*?)```/s.exec(text)?.[1] ?? '')
  const health = healthOf({ ...WELL, ...waitingSince(0), lastPush: { at: '2026-03-01T08:00:00.000Z', result: 'ok' } })
  for (const part of [(of: typeof health) => of, (of: typeof health) => of.outbox]) {
    expect(Object.keys(part(shown)).sort()).toEqual(Object.keys(part(health)).sort())
  }
})

import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { expect, it, vi } from 'vitest'
import { createMetrics } from '../../client/metrics.ts'
import { dashboard, dashboardText, GRAFANA_FILE, LEFT_OUT } from '../../docs/grafana.ts'
import { createGatewayMetrics } from '../../pbx/kamailio/metrics.ts'
import { type Reply, runBoth, type TestPns } from './harness.ts'
import { VOIP } from './keys.ts'
import { problem } from './stub-relay.ts'

const EXPRESSIONS = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
const METRIC = /\b(?:wakecall|process|nodejs)_[a-z0-9_]+/g
/** A histogram is asked for by its parts. */
const PART = /_(?:bucket|sum|count)$/

/** The lines of one metric, without its name. */
const linesOf = ({ text }: Reply, metric: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .map((line) => line.slice(metric.length).trim())

const exposed = ({ text }: Reply) => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => String(name))

/** A device, a call that woke it, a change that the relay refused, and a request that has no route. */
async function runBusy() {
  const { relay, pns } = await runBoth()
  const phone = { extension: '1001', platform: 'ios', token: VOIP, deviceId: 'phone-1' }
  const { deviceId } = (await pns.post('/register', phone)).json()
  await pns.post('/push_call', { to: '1001', from: '+442079460000', callId: 'c' })
  await pns.post('/woke', { callId: 'c', extension: '1001', deviceId })
  const waiting = async () => (await pns.ask('/health')).json().outbox
  await vi.waitFor(async () => expect(await waiting()).toMatchObject({ waiting: 0 }), 5000)
  relay.fate = (received) => (received.method === 'PUT' ? problem('token_refused') : problem('internal'))
  await pns.post('/register', { ...phone, extension: '1002' })
  await vi.waitFor(async () => expect(await waiting()).toMatchObject({ parked: 1 }), 5000)
  await pns.ask('/nowhere')
  return { relay, pns, deviceId }
}

const scrape = (pns: TestPns) => pns.ask('/metrics')

it('counts what the PBX asks, what the relay answers and what becomes of it', async () => {
  const { pns } = await runBusy()
  await pns.ask('/push_call?to=1001&from=1')
  await pns.ask('/push_call?from=1')
  const reply = await scrape(pns)
  expect(reply.headers.get('content-type')).toContain('text/plain')
  const samples: [metric: string, lines: string[]][] = [
    ['wakecall_push_calls_total', ['{result="ok"} 1', '{result="relay_failed"} 1']],
    ['wakecall_push_call_seconds_count', ['2']],
    ['wakecall_problems_total', ['{code="not_found"} 1', '{code="relay_failed"} 1', '{code="missing_parameter"} 1']],
    ['wakecall_deliveries_total', ['{outcome="accepted"} 1']],
    ['wakecall_wake_seconds_count', ['{platform="ios"} 1']],
    ['wakecall_outbox_deliveries_total', ['{outcome="confirmed"} 1', '{outcome="refused"} 1']],
    ['wakecall_outbox_refusals', ['{code="token_refused"} 1']],
    ['wakecall_devices', ['2']],
    ['wakecall_outbox_parked', ['1']],
    ['wakecall_relay_request_seconds_count', expect.arrayContaining(['{route="ring"} 2', '{route="register"} 2'])],
    ['wakecall_problem', expect.arrayContaining(['{code="changes_parked"} 1'])],
  ]
  for (const [metric, lines] of samples) expect(linesOf(reply, metric), metric).toEqual(lines)
  const requests = linesOf(reply, 'wakecall_requests_total')
  expect(requests).toContain('{route="/register",result="ok"} 2')
  expect(requests).toContain('{route="/push_call",result="missing_parameter"} 1')
  const relayed = linesOf(reply, 'wakecall_relay_requests_total')
  expect(relayed).toContain('{route="ring",result="ok"} 1')
  expect(relayed).toContain('{route="register",result="relay_refused"} 1')
})

it('shows no value of what is not known, and no number, extension, device or token', async () => {
  const { pns } = await runBoth()
  const before = await scrape(pns)
  expect(linesOf(before, 'wakecall_relay_certificate_expiry_timestamp_seconds')).toEqual([])
  expect(linesOf(before, 'wakecall_last_push_timestamp_seconds')).toEqual([])
  const busy = await runBusy()
  const after = await scrape(busy.pns)
  expect(linesOf(after, 'wakecall_last_push_timestamp_seconds')).toHaveLength(1)
  for (const secret of ['1001', '442079460000', busy.deviceId, VOIP]) expect(after.text).not.toContain(`"${secret}`)
  expect(Number(linesOf(after, 'process_resident_memory_bytes')[0])).toBeGreaterThan(0)
  expect(Number(linesOf(after, 'process_max_fds')[0])).toBeGreaterThan(Number(linesOf(after, 'process_open_fds')[0]))
})

it('docs/grafana.json is what `node docs/grafana.ts` writes', () => {
  expect(readFileSync(GRAFANA_FILE, 'utf8')).toBe(dashboardText())
})

/** What the SIP gateway adds. */
function gatewayFigures(): Promise<string> {
  const registry = new Registry()
  createGatewayMetrics(registry, () => 0).counters(new Map([['dropped_scanner', 1]]))
  return registry.metrics()
}

it('the dashboard asks for metrics that a PNS has, by labels that they have, and shows all but those it names', async () => {
  const { pns } = await runBusy()
  const scraped = await scrape(pns)
  const reply = { ...scraped, text: scraped.text + (await gatewayFigures()) }
  const asked = new Set(EXPRESSIONS.flatMap((expr) => expr.match(METRIC) ?? []).map((name) => name.replace(PART, '')))
  expect([...asked, ...LEFT_OUT].sort()).toEqual(exposed(reply).sort())
  for (const expr of EXPRESSIONS) {
    const labels = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? []
    const sample = linesOf(reply, expr.match(METRIC)?.[0] ?? '')[0]
    for (const label of labels.filter((name) => name !== 'instance')) expect(sample, expr).toContain(`${label}="`)
  }
})

it('docs/pns.md explains every metric, and none that is not there', () => {
  const metrics = createMetrics()
  const names = metrics.registry.getMetricsAsArray().map(({ name }) => name)
  metrics.process.close()
  const text = readFileSync(new URL('../../docs/pns.md', import.meta.url), 'utf8')
  const [, table = ''] = text.split('## `/metrics`')
  const explained = [...table.matchAll(/^\| `(\w+)/gm)].map(([, name]) => String(name))
  expect(explained.sort()).toEqual(names.sort())
})

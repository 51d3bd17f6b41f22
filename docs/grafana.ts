/** `node docs/grafana.ts` writes docs/grafana.json: the dashboard of a PNS, to be imported into Grafana (classic model). */
import { writeFileSync } from 'node:fs'

export const GRAFANA_FILE = new URL('grafana.json', import.meta.url)

/** On no panel: the time that a process started is its uptime, which `wakecall_ready` shows as a gap. */
export const LEFT_OUT = ['process_start_time_seconds']

type Panel = { title: string; unit?: string; show: [expr: string, legend: string][] }

const INSTANCE = 'instance=~"$instance"'
const of = (metric: string) => `${metric}{${INSTANCE}}`
const rate = (metric: string, by: string) => `sum by (${by}) (rate(${of(metric)}[$__rate_interval]))`
const quantiles = (metric: string, by = ''): [string, string][] =>
  [0.5, 0.95, 0.99].map((quantile) => [
    `histogram_quantile(${quantile}, ${rate(`${metric}_bucket`, by ? `le, ${by}` : 'le')})`,
    `p${quantile * 100}${by && ` {{${by}}}`}`,
  ])
const each = (metric: string, legend = '{{instance}}'): [string, string] => [of(metric), legend]
const since = (metric: string): [string, string] => [`time() - ${of(metric)}`, '{{instance}}']

/** In the order in which an operator asks. */
const PANELS: Panel[] = [
  { title: 'Ready', show: [each('wakecall_ready'), each('wakecall_build_info', '{{instance}} {{version}}')] },
  { title: 'Problems', show: [each('wakecall_problem', '{{instance}} {{code}}')] },
  { title: 'Calls by result', unit: 'reqps', show: [[rate('wakecall_push_calls_total', 'result'), '{{result}}']] },
  { title: 'push_call: latency', unit: 's', show: quantiles('wakecall_push_call_seconds') },
  { title: 'Pushes by outcome', unit: 'reqps', show: [[rate('wakecall_deliveries_total', 'outcome'), '{{outcome}}']] },
  { title: 'Last call pushed, age', unit: 's', show: [since('wakecall_last_push_timestamp_seconds')] },
  { title: 'Wake latency by platform', unit: 's', show: quantiles('wakecall_wake_seconds', 'platform') },
  {
    title: 'Requests of the PBX',
    unit: 'reqps',
    show: [[rate('wakecall_requests_total', 'route, result'), '{{route}} {{result}}']],
  },
  { title: 'Problems of requests by code', unit: 'reqps', show: [[rate('wakecall_problems_total', 'code'), '{{code}}']] },
  { title: 'Devices', show: [each('wakecall_devices')] },
  {
    title: 'Waiting for the relay',
    show: [each('wakecall_outbox_waiting', '{{instance}} changes'), each('wakecall_wakes_waiting', '{{instance}} wakes')],
  },
  { title: 'Oldest change that waits', unit: 's', show: [each('wakecall_outbox_oldest_seconds')] },
  {
    title: 'Parked changes',
    show: [each('wakecall_outbox_parked'), each('wakecall_outbox_refusals', '{{instance}} {{code}}')],
  },
  { title: 'Outbox by outcome', unit: 'reqps', show: [[rate('wakecall_outbox_deliveries_total', 'outcome'), '{{outcome}}']] },
  {
    title: 'Relay: requests',
    unit: 'reqps',
    show: [[rate('wakecall_relay_requests_total', 'route, result'), '{{route}} {{result}}']],
  },
  {
    title: 'Relay: latency by route',
    unit: 's',
    show: [
      ...quantiles('wakecall_relay_request_seconds', 'route'),
      each('wakecall_relay_call_p95_seconds', '{{instance}} last calls'),
    ],
  },
  { title: 'Relay: known to be away', show: [each('wakecall_relay_away')] },
  { title: 'Relay: last answer, age', unit: 's', show: [since('wakecall_relay_last_answer_timestamp_seconds')] },
  { title: "Relay: its clock minus the PNS's", unit: 's', show: [each('wakecall_relay_clock_offset_seconds')] },
  {
    title: 'Relay: certificate, days left',
    unit: 'd',
    show: [[`(${of('wakecall_relay_certificate_expiry_timestamp_seconds')} - time()) / 86400`, '{{instance}}']],
  },
  {
    title: 'Names: age of the address, stale if 1',
    show: [each('wakecall_name_age_seconds', '{{host}} s'), each('wakecall_name_stale', '{{host}} stale')],
  },
  {
    title: 'SIP gateway: held calls',
    show: [each('wakecall_gateway_held_calls')],
  },
  { title: 'SIP gateway: wake latency', unit: 's', show: quantiles('wakecall_gateway_wake_seconds') },
  {
    title: 'SIP gateway: pings, pongs, INVITEs, calls without a holder',
    unit: 'reqps',
    show: ['pings', 'pongs', 'legs', 'plain_calls'].map((name) => [
      rate(`wakecall_gateway_${name}_total`, 'instance'),
      `{{instance}} ${name}`,
    ]),
  },
  { title: 'SIP gateway: dropped', unit: 'reqps', show: [[rate('wakecall_gateway_dropped_total', 'reason'), '{{reason}}']] },
  { title: "SIP gateway: Kamailio's memory", unit: 'percentunit', show: [each('wakecall_gateway_kamailio_memory_used_ratio')] },
  {
    title: 'Memory',
    unit: 'bytes',
    show: [
      each('process_resident_memory_bytes', '{{instance}} resident'),
      each('nodejs_heap_size_used_bytes', '{{instance}} heap'),
    ],
  },
  { title: 'Event loop: delay, p99', unit: 's', show: [each('nodejs_eventloop_lag_p99_seconds')] },
  { title: 'CPU', unit: 'percentunit', show: [[rate('process_cpu_seconds_total', 'instance'), '{{instance}}']] },
  {
    title: 'File descriptors',
    show: [each('process_open_fds', '{{instance}} open'), each('process_max_fds', '{{instance}} limit')],
  },
]

const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` }
const [COLUMNS, WIDTH, HEIGHT] = [3, 8, 7]

const panelOf = ({ title, unit = 'short', show }: Panel, i: number) => ({
  id: i + 1,
  type: 'timeseries',
  title,
  datasource: DATASOURCE,
  gridPos: { x: (i % COLUMNS) * WIDTH, y: Math.floor(i / COLUMNS) * HEIGHT, w: WIDTH, h: HEIGHT },
  fieldConfig: { defaults: { unit }, overrides: [] },
  targets: show.map(([expr, legendFormat], n) => ({
    refId: String.fromCharCode(65 + n),
    expr,
    legendFormat,
    datasource: DATASOURCE,
  })),
})

export const dashboard = {
  uid: 'wakecall-pns',
  title: 'Wakecall: PNS',
  schemaVersion: 41,
  timezone: 'browser',
  refresh: '30s',
  time: { from: 'now-6h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
      {
        name: 'instance',
        label: 'PNS',
        type: 'query',
        datasource: DATASOURCE,
        query: 'label_values(wakecall_ready, instance)',
        refresh: 2,
        includeAll: true,
        multi: true,
        current: { text: 'All', value: '$__all' },
      },
    ],
  },
  panels: PANELS.map(panelOf),
}

export const dashboardText = (): string => `${JSON.stringify(dashboard, undefined, 2)}\n`

if (import.meta.main) writeFileSync(GRAFANA_FILE, dashboardText())

import { Counter, Histogram, Registry } from 'prom-client'
import { createProcessMetrics } from './metrics/process.ts'
import { createStateMetrics } from './metrics/state.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** Seconds; the PBX gets its answer within its budget, 2 s by default. */
const CALL_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5]
/** Seconds; nobody holds a call for longer than a minute. */
const WAKE_BUCKETS = [0.5, 1, 2, 3, 5, 8, 12, 20, 30, 60]

/** What Prometheus reads at `/metrics`. No label has more values than the code has names: no extension, no device, no call. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers })
  const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
    new Histogram({ name, help, buckets, labelNames, registers })
  return {
    registry,
    state: createStateMetrics(registers),
    process: createProcessMetrics(registers),
    requests: counter(
      'wakecall_requests_total',
      'Requests by route and result: ok or the code of the problem',
      'route',
      'result',
    ),
    problems: counter('wakecall_problems_total', 'Requests refused or failed, those without a route too, by code', 'code'),
    pushCalls: counter('wakecall_push_calls_total', 'Calls asked to push, by result: ok or the code of the problem', 'result'),
    pushCallSeconds: histogram('wakecall_push_call_seconds', 'From the request of the PBX to its answer', CALL_BUCKETS),
    deliveries: counter('wakecall_deliveries_total', 'Pushes to devices, by outcome', 'outcome'),
    wakeSeconds: histogram(
      'wakecall_wake_seconds',
      'From the request to push a call to a device that woke',
      WAKE_BUCKETS,
      'platform',
    ),
    outboxDeliveries: counter(
      'wakecall_outbox_deliveries_total',
      'Changes brought to the relay, by what became of it',
      'outcome',
    ),
    relayRequests: counter(
      'wakecall_relay_requests_total',
      'Requests to the relay: ok or the code of the problem',
      'route',
      'result',
    ),
    relayRequestSeconds: histogram(
      'wakecall_relay_request_seconds',
      'Requests to the relay, with their retries',
      CALL_BUCKETS,
      'route',
    ),
  }
}

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Store } from './store/store.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** What Prometheus reads at `/metrics`. */
export function createMetrics(store: Store) {
  const registers = [new Registry()]
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  gauge('wakecall_devices', 'Registered devices', () => store.counts().devices)
  gauge('wakecall_outbox_waiting', 'Changes of devices that the relay has not confirmed', () => store.counts().waiting)
  gauge('wakecall_outbox_parked', 'Changes of devices that the relay refused for good', () => store.counts().parked)
  return {
    registry: registers[0] as Registry,
    pushCalls: new Counter({
      name: 'wakecall_push_calls_total',
      help: 'Calls that the PBX asked to push, by result: ok or the code of the problem',
      labelNames: ['result'],
      registers,
    }),
    pushCallSeconds: new Histogram({
      name: 'wakecall_push_call_seconds',
      help: 'From the request of the PBX to its answer',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
      registers,
    }),
    deliveries: new Counter({
      name: 'wakecall_deliveries_total',
      help: 'Pushes to devices, by outcome',
      labelNames: ['outcome'],
      registers,
    }),
  }
}

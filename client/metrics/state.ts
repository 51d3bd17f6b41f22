import { Gauge, type Registry } from 'prom-client'
import type { Health } from '../health.ts'

const seconds = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time) / 1000)
const thousandth = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000)

/** The numbers of `/health`. What is not known has no value, so that no alarm takes a zero for it. */
export function createStateMetrics(registers: Registry[]) {
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name, help, labelNames, registers })
  const number = (name: string, help: string, of: (health: Health) => number | undefined) => {
    const metric = gauge(name, help)
    return (health: Health) => {
      const value = of(health)
      if (value === undefined) metric.remove()
      else metric.set(value)
    }
  }
  const byLabel = <L extends string>(name: string, help: string, label: L, of: (health: Health) => [string, number][]) => {
    const metric = gauge<string>(name, help, label)
    return (health: Health) => {
      metric.reset()
      for (const [key, value] of of(health)) metric.set({ [label]: key }, value)
    }
  }
  const shown = [
    byLabel('wakecall_build_info', 'The version that runs; always 1', 'version', ({ version }) => [[version, 1]]),
    number('wakecall_ready', 'Whether the PNS can take calls', ({ ready }) => Number(ready)),
    byLabel('wakecall_problem', 'What is wrong at this moment, by its code in /health; 1 each', 'code', ({ problems }) =>
      problems.map(({ code }) => [code, 1]),
    ),
    number('wakecall_devices', 'Registered devices', ({ devices }) => devices),
    number('wakecall_outbox_waiting', 'Changes of devices that the relay has not confirmed', ({ outbox }) => outbox.waiting),
    number('wakecall_outbox_oldest_seconds', 'How long the oldest of them has waited', ({ outbox }) => outbox.oldestSeconds ?? 0),
    number('wakecall_outbox_parked', 'Changes of devices that the relay refused for good', ({ outbox }) => outbox.parked),
    byLabel('wakecall_outbox_refusals', 'The same, by the code of the relay', 'code', ({ outbox }) =>
      Object.entries(outbox.refusals),
    ),
    number('wakecall_wakes_waiting', 'Wakes that the relay has still to be told of', ({ outbox }) => outbox.wakes),
    number('wakecall_relay_away', 'Whether the relay is known to be away: calls fail at once', ({ relay }) => Number(relay.away)),
    number('wakecall_relay_last_answer_timestamp_seconds', 'When the relay last answered', ({ relay }) => seconds(relay.at)),
    number('wakecall_relay_clock_offset_seconds', "The relay's clock minus ours", ({ relay }) => thousandth(relay.clockOffsetMs)),
    number('wakecall_relay_call_p95_seconds', 'Of the last answers to calls', ({ relay }) => thousandth(relay.p95Ms)),
    number('wakecall_relay_certificate_expiry_timestamp_seconds', 'When the certificate of the relay ends', ({ relay }) =>
      seconds(relay.certificate?.validTo),
    ),
    number('wakecall_last_push_timestamp_seconds', 'When a call was last pushed, or could not be', ({ lastPush }) =>
      seconds(lastPush?.at),
    ),
    byLabel('wakecall_name_age_seconds', 'Age of the address that a name is served from', 'host', ({ names }) =>
      names.map(({ host, ageSeconds }) => [host, ageSeconds]),
    ),
    byLabel(
      'wakecall_name_stale',
      'Whether no resolver answers for a name and its last good address is used',
      'host',
      ({ names }) => names.map(({ host, stale }) => [host, Number(stale)]),
    ),
  ]
  return {
    show(health: Health): void {
      for (const show of shown) show(health)
    },
  }
}

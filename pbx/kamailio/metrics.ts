import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Seconds; nobody holds a call for longer than 45 s. */
const WAKE_BUCKETS = [0.5, 1, 2, 3, 5, 8, 12, 20, 30, 45]
const DROPPED = 'dropped_'

/** The gateway's figures on `/metrics`: the holder's own, and Kamailio's counters as they were last told. */
export function createGatewayMetrics(registry: Registry, held: () => number) {
  const registers = [registry]
  const heldCalls: Gauge = new Gauge({
    name: 'wakecall_gateway_held_calls',
    help: 'Calls that wait for a phone to wake',
    registers,
    collect: () => heldCalls.set(held()),
  })
  const wakeSeconds = new Histogram({
    name: 'wakecall_gateway_wake_seconds',
    help: 'From the INVITE of a call to the REGISTER, or pong, of a phone that was asleep',
    buckets: WAKE_BUCKETS,
    registers,
  })
  const counter = (name: string, help: string, ...labelNames: string[]) => new Counter({ name, help, labelNames, registers })
  const dropped = counter('wakecall_gateway_dropped_total', 'SIP requests that Kamailio let nowhere, by reason', 'reason')
  const memory = new Gauge({
    name: 'wakecall_gateway_kamailio_memory_used_ratio',
    help: 'Shared memory of Kamailio that is in use, 0 to 1: at 1 calls are lost (shm_mem_size)',
    registers,
  })
  const counted: Record<string, Counter> = {
    pings: counter('wakecall_gateway_pings_total', 'OPTIONS to phones before a call'),
    pongs: counter('wakecall_gateway_pongs_total', 'Phones that answered them'),
    legs: counter('wakecall_gateway_legs_total', 'INVITEs to phones'),
    plain_calls: counter('wakecall_gateway_plain_calls_total', 'Calls that Kamailio passed on while no holder was there'),
  }
  return {
    wake: (ms: number): void => wakeSeconds.observe(ms / 1000),
    /** They begin at 0 when Kamailio does, and Prometheus takes that as a restart. */
    counters(told: ReadonlyMap<string, number>): void {
      const size = told.get('memory')
      if (size) memory.set((told.get('memory_used') ?? 0) / size)
      dropped.reset()
      for (const [name, value] of told) {
        if (name.startsWith(DROPPED)) dropped.inc({ reason: name.slice(DROPPED.length) }, value)
        counted[name]?.reset()
        counted[name]?.inc(value)
      }
    },
  }
}

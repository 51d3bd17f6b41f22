/** Kamailio's counters as it tells them: `pings=12;pongs=9;dropped_scanner=3`. What is no number is left out. */
export function readCounters(told: string): ReadonlyMap<string, number> {
  const counters = new Map<string, number>()
  for (const [, name = '', value] of told.matchAll(/([a-z_]+)=(\d+)/g)) counters.set(name, Number(value))
  return counters
}

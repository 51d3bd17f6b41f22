import { join } from 'node:path'
import { ring } from './kamailio-wake.ts'
import { GATEWAY, INNER, type World } from './kamailio-world.ts'
import { percentile, type Row, valueRow } from './row.ts'

const FLOOD = join(import.meta.dirname, 'stub-flood.ts')

async function callsOf(world: World, users: readonly string[]): Promise<number[]> {
  const times: number[] = []
  for (const user of users) times.push(await ring(world, user, INNER))
  return times
}

const droppedIn = (metrics: string): number =>
  [...metrics.matchAll(/^wakecall_gateway_dropped_total\{.*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0)

/** Calls of the PBX while somebody scans the phones' side without a pause, beside the same calls in peace. */
export async function benchFlood(world: World, users: readonly string[]): Promise<Row[]> {
  const { started, metrics } = world
  for (const user of users) await world.phones.register(user, GATEWAY).done
  const peace = await callsOf(world, users)
  const flood = await started('flood', process.execPath, [FLOOD, GATEWAY.host, '127.0.3.1'], 'listening')
  const [before, began] = [droppedIn(await metrics()), performance.now()]
  const flooded = await callsOf(world, users)
  const [after, ended] = [droppedIn(await metrics()), performance.now()]
  process.kill(flood)
  const share = (values: number[]) => percentile(values, 0.99)
  const rate = ((after - before) * 1000) / (ended - began)
  return [
    valueRow({ name: 'kamailio.flood.dropped', unit: 'requests/s let nowhere', value: rate, baseline: rate }, '>=', 1_000),
    valueRow(
      { name: 'kamailio.flood.call', unit: 'ms, INVITE to INVITE, p99', value: share(flooded), baseline: share(peace) },
      '<=',
      50,
    ),
  ]
}

import { start } from './child.ts'
import { median, type Row, ratioRow, valueRow } from './row.ts'

/** CPU of an endpoint event, one in ten of which prunes a phone: as a rate, and as ratios of neighbouring blocks. */
export async function benchEvents(): Promise<Row[]> {
  const aws = await start<string>('./stub-events.ts')
  const worker = await start<{ ours: number; bare: number }[]>('./events-worker.ts', [aws.first])
  aws.child.kill()
  worker.child.disconnect()
  const blocks = worker.first
  const baseline = median(blocks.map(({ bare }) => bare))
  const value = baseline * median(blocks.map(({ ours, bare }) => ours / bare))
  const rate = (us: number) => 1e6 / us
  return [
    ratioRow({ name: 'events.cpu', unit: 'us/event', value, baseline }, 1.35),
    valueRow({ name: 'events.rate', unit: 'events/s of one core', value: rate(value), baseline: rate(baseline) }, '>=', 1000),
  ]
}

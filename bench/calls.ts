import { start } from './child.ts'
import { median, type Row, ratioRow } from './row.ts'

type Spent = { cpu: number; wall: number }

/** CPU and wall of one two-device call, signature check included, as ratios of neighbouring blocks. */
export async function benchCalls(): Promise<Row[]> {
  const aws = await start<string>('./stub-aws.ts')
  const worker = await start<{ ours: Spent; bare: Spent }[]>('./calls-worker.ts', [aws.first])
  aws.child.kill()
  worker.child.disconnect()
  const blocks = worker.first
  const figure = (name: string, of: keyof Spent, limit: number) => {
    const baseline = median(blocks.map(({ bare }) => bare[of]))
    // The ratio of each pair, not of the medians: a pair ran at one moment of a noisy machine.
    const ratio = median(blocks.map(({ ours, bare }) => ours[of] / bare[of]))
    return ratioRow({ name, unit: 'us/call', value: baseline * ratio, baseline }, limit)
  }
  return [figure('calls.cpu', 'cpu', 1.35), figure('calls.wall', 'wall', 1.5)]
}

import { saturate, steady } from './pns-load.ts'
import { bundledCommand, cpuSeconds, inTemporaryDir, startPns, type Target, withStubRelay } from './pns-process.ts'
import { median, percentile, type Row, valueRow } from './row.ts'

const WARM_UP_SECONDS = 3
const SECONDS = 8
const STEADY = 200
const TURNS = 7
const TURN_SECONDS = 2

/** Calls for each second of CPU of the process. */
async function perCpuSecond({ url, pid }: Target): Promise<number> {
  await saturate(url, { duration: WARM_UP_SECONDS })
  const before = await cpuSeconds(pid)
  const calls = await saturate(url, { duration: SECONDS })
  return calls / ((await cpuSeconds(pid)) - before)
}

/** Milliseconds of the requests of each turn, on both sides one after the other: they see the same machine. */
async function latencies(ours: Target, base: Target) {
  const turns: { ours: number[]; base: number[] }[] = []
  for (let turn = 0; turn < TURNS; turn++) {
    const side = ({ url }: Target) => steady(url, TURN_SECONDS * STEADY, STEADY)
    turns.push({ base: await side(base), ours: await side(ours) })
  }
  return turns
}

/** `push_call` through the PNS to a stub relay, against the same load straight on the stub: what the PNS adds. */
export const benchPns = (): Promise<Row[]> =>
  withStubRelay((stub) =>
    inTemporaryDir(async (dir) => {
      const pns = await startPns(await bundledCommand(dir), dir, stub.url)
      const [ours, base] = [
        { ...pns, url: `${pns.url}/push_call` },
        { ...stub, url: `${stub.url}/v1/calls` },
      ]
      const rate = { baseline: await perCpuSecond(base), value: await perCpuSecond(ours) }
      const taken = await latencies(ours, base)
      await pns.stop()
      // The median of the turns: what else the machine did in one of them is nobody's.
      const added = (name: string, share: number, limit: number) => {
        const turns = taken.map(({ ours, base }) => ({ ours: percentile(ours, share), base: percentile(base, share) }))
        const [value, baseline] = [median(turns.map(({ ours, base }) => ours - base)), median(turns.map(({ base }) => base))]
        return valueRow({ name, unit: 'ms more at 200/s', value, baseline }, '<=', limit)
      }
      return [
        valueRow({ name: 'pns.rate', unit: 'calls/s of one core', ...rate }, '>=', 1000),
        added('pns.p50', 0.5, 1),
        added('pns.p99', 0.99, 5),
      ]
    }),
  )

import { once } from 'node:events'
import { start } from './child.ts'
import { percentile, type Row, valueRow } from './row.ts'

const AROUND = 1_000_000
const FEW = 1000

/**
 * The times in ms of some traces of one call among so many records of other calls. Throws if a trace is not whole, or if it
 * searched times that hold fewer records.
 */
export async function traceTimes(records: number): Promise<number[]> {
  const tracedAt = String(Date.now() - 12 * 3_600_000)
  const cloud = await start<{ dynamodb: string; logs: string }>('./trace-cloud.ts', [String(records), tracedAt])
  try {
    const worker = await start<number[]>('./trace-worker.ts', [cloud.first.dynamodb, cloud.first.logs, tracedAt])
    worker.child.disconnect()
    cloud.child.send('searched')
    const [searched] = await once(cloud.child, 'message')
    if (searched < records) throw new Error(`only ${searched} of ${records} records stand in the times that were searched`)
    return worker.first
  } finally {
    cloud.child.kill()
  }
}

const slowestTrace = async (records: number): Promise<number> => percentile(await traceTimes(records), 1)

/** A trace whose logs hold a million records around it, beside one whose logs hold a thousand. */
export async function benchTrace(): Promise<Row[]> {
  const baseline = await slowestTrace(FEW)
  const value = await slowestTrace(AROUND)
  return [valueRow({ name: 'trace.million', unit: 'ms', value, baseline }, '<=', 1000)]
}

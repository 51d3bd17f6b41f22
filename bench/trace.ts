import { start } from './child.ts'
import { percentile, type Row, valueRow } from './row.ts'

const AROUND = 1_000_000
const FEW = 1000

/** The slowest of some traces of one call among so many log records of an hour, in ms. */
async function slowestTrace(records: number): Promise<number> {
  const tracedAt = String(Date.now() - 12 * 3_600_000)
  const cloud = await start<{ dynamodb: string; logs: string }>('./trace-cloud.ts', [String(records), tracedAt])
  try {
    const worker = await start<number[]>('./trace-worker.ts', [cloud.first.dynamodb, cloud.first.logs, tracedAt])
    worker.child.disconnect()
    return percentile(worker.first, 1)
  } finally {
    cloud.child.kill()
  }
}

/** A trace whose logs hold a million records around it, beside one whose logs hold a thousand. */
export async function benchTrace(): Promise<Row[]> {
  const baseline = await slowestTrace(FEW)
  const value = await slowestTrace(AROUND)
  return [valueRow({ name: 'trace.million', unit: 'ms', value, baseline }, '<=', 1000)]
}

import { saturate } from './pns-load.ts'
import { bundledCommand, inTemporaryDir, residentMiB, startPns, withStubRelay } from './pns-process.ts'
import { median, type Row, ratioRow, valueRow } from './row.ts'

/** The resident memory is looked at so many times, evenly spread over the calls. */
const LOOKS = 50

/** What a PNS has resident after so many calls, and how much of it came in the second half of them. */
export const benchMemory = (calls: number): Promise<Row[]> =>
  withStubRelay((stub) =>
    inTemporaryDir(async (dir) => {
      const pns = await startPns(await bundledCommand(dir), dir, stub.url)
      const seen: number[] = []
      for (let look = 0; look < LOOKS; look++) {
        await saturate(`${pns.url}/push_call`, { amount: calls / LOOKS })
        seen.push(await residentMiB(pns.pid))
      }
      await pns.stop()
      const share = (from: number, to: number) => median(seen.slice(LOOKS * from, LOOKS * to))
      const unit = `MiB after ${calls} calls`
      return [
        valueRow({ name: 'pns.rss', unit, value: Math.max(...seen), baseline: await residentMiB(stub.pid) }, '<=', 120),
        ratioRow({ name: 'pns.growth', unit: `${unit}, to half of them`, value: share(0.8, 1), baseline: share(0.4, 0.6) }, 1.05),
      ]
    }),
  )

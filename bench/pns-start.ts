import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { storeDevices } from './pns-devices.ts'
import { bundledCommand, inTemporaryDir, startPns, withStubRelay } from './pns-process.ts'
import { median, type Row, valueRow } from './row.ts'

const DEVICES = 100_000
const TURNS = 7
const EXECUTABLE = join(import.meta.dirname, '../dist/wakecall')

/** The first start leaves compiled code behind, and does not count. */
async function medianOf(measure: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn <= TURNS; turn++) times.push(await measure())
  return median(times.slice(1))
}

/** Milliseconds until a PNS listens. */
const pnsStart = (command: string[], dir: string, relay: string) =>
  medianOf(async () => {
    const { startMs, stop } = await startPns(command, dir, relay)
    await stop()
    return startMs
  })

/** Milliseconds that Node takes to do nothing. */
const bareStart = () =>
  medianOf(async () => {
    const begin = performance.now()
    await once(spawn(process.execPath, ['--eval', ''], { stdio: 'ignore' }), 'exit')
    return performance.now() - begin
  })

async function benchExecutable(dir: string, relay: string): Promise<Row[]> {
  if (!existsSync(EXECUTABLE)) {
    process.stdout.write('executable.start is left out: dist/wakecall is not there, `npm run package` makes it\n')
    return []
  }
  const measured = { value: await pnsStart([EXECUTABLE], dir, relay), baseline: await bareStart() }
  return [valueRow({ name: 'executable.start', unit: 'ms until it listens', ...measured }, '<=', 300)]
}

/** From the command to the moment when it listens. */
export const benchStart = (): Promise<Row[]> =>
  withStubRelay(({ url }) =>
    inTemporaryDir(async (dir) => {
      const command = await bundledCommand(dir)
      const [full, empty] = [join(dir, 'full'), join(dir, 'empty')]
      await storeDevices(full, DEVICES)
      await mkdir(empty)
      const measured = { value: await pnsStart(command, full, url), baseline: await pnsStart(command, empty, url) }
      const start = valueRow({ name: 'pns.start', unit: `ms with ${DEVICES} devices`, ...measured }, '<=', 1500)
      return [start, ...(await benchExecutable(empty, url))]
    }),
  )

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { device } from './pns-devices.ts'
import { postAll } from './pns-load.ts'
import { bundledCommand, inTemporaryDir, startPns, withStubRelay } from './pns-process.ts'
import { type Row, valueRow } from './row.ts'

const REGISTRATIONS = 20_000
const CONNECTIONS = 64
const BARE_INSERTS = 2_000

/** What the disk gives: inserts a second, each of them on it before the next begins. */
function bareInserts(dir: string): number {
  const sql = new DatabaseSync(join(dir, 'bare.sqlite'))
  sql.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE device (id INTEGER PRIMARY KEY, device TEXT)')
  const insert = sql.prepare('INSERT INTO device (device) VALUES (?)')
  const begin = performance.now()
  for (let i = 0; i < BARE_INSERTS; i++) insert.run(JSON.stringify(device(i)))
  const rate = (BARE_INSERTS * 1000) / (performance.now() - begin)
  sql.close()
  return rate
}

/** Registrations through the PNS, each on the disk before its answer, while the earlier ones go to the relay. */
export const benchRegistrations = (): Promise<Row[]> =>
  withStubRelay((stub) =>
    inTemporaryDir(async (dir) => {
      const baseline = bareInserts(dir)
      const pns = await startPns(await bundledCommand(dir), dir, stub.url)
      const bodies = Array.from({ length: REGISTRATIONS }, (_, i) => JSON.stringify(device(i)))
      const value = await postAll(`${pns.url}/register`, bodies, CONNECTIONS)
      await pns.stop()
      return [valueRow({ name: 'pns.registrations', unit: 'durable ones/s', value, baseline }, '>=', 1000)]
    }),
  )

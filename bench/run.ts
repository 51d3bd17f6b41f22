/**
 * `npm run bench`: prints every figure beside its baseline, writes bench/results.json, exits 1 if one is not ok. Measures named
 * as arguments run alone and write nothing; four run only so: `soak` because it takes minutes, `asterisk` and `kamailio` because they
 * need root, too, and `console` because it needs Chromium.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { benchAsterisk } from './asterisk.ts'
import { benchBundle } from './bundle.ts'
import { benchCalls } from './calls.ts'
import { benchConsole } from './console.ts'
import { benchEvents } from './events.ts'
import { benchFeed } from './feed.ts'
import { benchKamailio } from './kamailio.ts'
import { benchPns } from './pns.ts'
import { benchMemory } from './pns-memory.ts'
import { benchRegistrations } from './pns-registrations.ts'
import { benchStart } from './pns-start.ts'
import { printRows, type Row } from './row.ts'
import { benchTrace } from './trace.ts'

const MEASURES: Record<string, () => Promise<Row[]>> = {
  calls: benchCalls,
  bundle: benchBundle,
  pns: benchPns,
  registrations: benchRegistrations,
  start: benchStart,
  memory: () => benchMemory(100_000),
  events: benchEvents,
  trace: benchTrace,
  feed: benchFeed,
}
const ALONE = { soak: () => benchMemory(1_000_000), asterisk: benchAsterisk, kamailio: benchKamailio, console: benchConsole }

const asked = process.argv.slice(2)
const known: typeof MEASURES = { ...MEASURES, ...ALONE }
const strange = asked.filter((name) => !Object.hasOwn(known, name))
if (strange.length > 0) throw new Error(`no measure ${strange.join(', ')}: there are ${Object.keys(known).join(', ')}`)

const rows: Row[] = []
for (const name of asked.length > 0 ? asked : Object.keys(MEASURES)) rows.push(...((await known[name]?.()) ?? []))
if (asked.length === 0) {
  await writeFile(join(import.meta.dirname, 'results.json'), `${JSON.stringify(rows, undefined, 2)}\n`)
}
printRows(rows)
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1

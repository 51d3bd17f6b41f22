/** `npm run bench`: prints every figure beside its baseline, writes bench/results.json, exits 1 if one is not ok. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { benchBundle } from './bundle.ts'
import { benchCalls } from './calls.ts'
import { benchEvents } from './events.ts'
import { benchPns } from './pns.ts'
import type { Row } from './row.ts'
import { benchTrace } from './trace.ts'

const rows: Row[] = [
  ...(await benchCalls()),
  ...(await benchBundle()),
  ...(await benchPns()),
  ...(await benchEvents()),
  ...(await benchTrace()),
]
await writeFile(join(import.meta.dirname, 'results.json'), `${JSON.stringify(rows, undefined, 2)}\n`)

const columns = ['name', 'value', 'unit', 'baseline', 'ratio', 'limit', 'ok'] as const
const table = [columns, ...rows.map((row) => columns.map((column) => String(row[column])))]
const widths = columns.map((_, i) => Math.max(...table.map((cells) => cells[i]?.length ?? 0)))
for (const cells of table)
  process.stdout.write(
    `${cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  )
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1

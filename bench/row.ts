/** One figure: never a bare time, always beside a baseline that was measured in the same run. `ok` is `value`'s or `ratio`'s verdict. */
export type Row = { name: string; value: number; unit: string; baseline: number; ratio: number; limit: string; ok: boolean }

const round = (value: number): number => Number(value.toPrecision(4))

type Measured = { name: string; unit: string; value: number; baseline: number }

/** At most `limit` times the baseline. */
export function ratioRow(measured: Measured, limit: number): Row {
  const ratio = measured.value / measured.baseline
  return { ...rounded(measured), ratio: round(ratio), limit: `ratio <= ${limit}`, ok: ratio <= limit }
}

/** A bound on the value itself, where the issue is a size or a rate; the baseline stands beside it. */
export function valueRow(measured: Measured, bound: '<=' | '>=', limit: number): Row {
  const ok = bound === '<=' ? measured.value <= limit : measured.value >= limit
  return { ...rounded(measured), ratio: round(measured.value / measured.baseline), limit: `value ${bound} ${limit}`, ok }
}

const rounded = ({ value, baseline, ...rest }: Measured) => ({ ...rest, value: round(value), baseline: round(baseline) })

export const median = (values: number[]): number => percentile(values, 0.5)

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const COLUMNS = ['name', 'value', 'unit', 'baseline', 'ratio', 'limit', 'ok'] as const

export function printRows(rows: readonly Row[]): void {
  const table = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => String(row[column])))]
  const widths = COLUMNS.map((_, i) => Math.max(...table.map((cells) => cells[i]?.length ?? 0)))
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')
  process.stdout.write(table.map((cells) => `${line(cells).trimEnd()}\n`).join(''))
}

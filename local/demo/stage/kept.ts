import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'
import { Placed } from './placed.ts'

const Kept = v.pipe(v.string(), v.parseJson(), v.array(Placed))

/** The phones that a file keeps, none if it is not there. Throws an error that says what to do with one that cannot be read. */
export function readKept(file: string): Placed[] {
  if (!existsSync(file)) return []
  const kept = v.safeParse(Kept, readFileSync(file, 'utf8'))
  if (!kept.success) throw new Error(`${file} does not hold virtual phones: mend it, or delete it and add them again.`)
  return kept.output
}

export const writeKept = (file: string, placed: readonly Placed[]): void =>
  writeFileSync(file, `${JSON.stringify(placed, undefined, 2)}\n`)

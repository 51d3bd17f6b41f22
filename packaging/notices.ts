import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locked } from './locked.ts'
import { inRoot } from './root.ts'

/** The licence that a package brings along; by its name alone if it brings none, or is under the one that is named above. */
function licenceOf({ path, license }: Locked): string {
  if (license === 'Apache-2.0') return 'Licensed under the Apache License, Version 2.0, as Wakecall is.'
  const folder = inRoot(path)
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name))
  return file ? readFileSync(join(folder, file), 'utf8').trim() : `Licensed under ${license}.`
}

/** Who has rights in what is in the executable, for the file `copyright`. */
export function noticesOf(packages: readonly Locked[], nodeVersion: string): string {
  const own = readFileSync(inRoot('packaging/files/copyright'), 'utf8').replaceAll('NODE_VERSION', nodeVersion)
  const others = packages.map((locked) => `${'-'.repeat(78)}\n${locked.name} ${locked.version}\n\n${licenceOf(locked)}\n`)
  return [own, ...others].join('\n')
}

import { relative } from 'node:path'
import { build } from 'vite'
import { packageOf } from './bundle.ts'
import { inRoot } from './root.ts'

/** Builds the console into console/dist, and gives where the npm packages that are inside lie, sorted. */
export async function buildConsole(): Promise<string[]> {
  const built = [await build({ configFile: inRoot('console/vite.config.ts'), logLevel: 'warn' })].flat()
  const chunks = built.flatMap((one) => ('output' in one ? one.output : [])).filter((file) => file.type === 'chunk')
  const modules = chunks.flatMap(({ modules }) => Object.keys(modules)).map((id) => relative(inRoot(''), id))
  return [...new Set(modules.flatMap((module) => packageOf(module) ?? []))].sort()
}

import { readFileSync } from 'node:fs'
import { inRoot } from './root.ts'

/** A package as package-lock.json has it: `path` in the repository, `sha512` of its archive in hex. */
export type Locked = { path: string; name: string; version: string; license: string; sha512: string; dependencies: string[] }

type Entry = { version: string; license?: string; integrity?: string; dependencies?: Record<string, string> }

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** What package-lock.json says of packages at these paths. Throws for one that it does not have. */
export function lockedAt(paths: readonly string[]): Locked[] {
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')) as { packages: Record<string, Entry> }
  return paths.map((path) => {
    const { version, license, integrity, dependencies = {} } = packages[path] ?? {}
    if (!version || !license || !integrity?.startsWith('sha512-')) {
      throw new Error(
        `package-lock.json has no version, license and SHA-512 of ${path}: run \`npm ci\`, then look at what it brings.`,
      )
    }
    const sha512 = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
    return { path, name: nameOf(path), version, license, sha512, dependencies: Object.keys(dependencies) }
  })
}

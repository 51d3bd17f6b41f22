import { v5 } from 'uuid'
import type { Locked } from './locked.ts'

/** `epoch`: seconds since 1970. `runtime`: versions as `process.versions` has them. */
export type Contents = {
  version: string
  epoch: number
  packages: readonly Locked[]
  runtime: Readonly<Record<string, string | undefined>>
}

/** In `process.versions`, but versions of interfaces, not of software. */
const INTERFACES = ['node', 'modules', 'napi']

const npmRef = ({ name, version }: Pick<Locked, 'name' | 'version'>): string =>
  `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`

const npmComponent = (locked: Locked) => ({
  type: 'library',
  'bom-ref': npmRef(locked),
  name: locked.name,
  version: locked.version,
  purl: npmRef(locked),
  licenses: [{ license: { id: locked.license } }],
  hashes: [{ alg: 'SHA-512', content: locked.sha512 }],
})

function nodeComponent(runtime: Contents['runtime']) {
  const version = runtime.node ?? ''
  const parts = Object.entries(runtime).filter(([name]) => !INTERFACES.includes(name))
  return {
    type: 'platform',
    'bom-ref': `pkg:github/nodejs/node@v${version}`,
    name: 'node',
    version,
    purl: `pkg:github/nodejs/node@v${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:-:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }],
    components: parts.map(([name, version]) => ({ type: 'library', 'bom-ref': `node/${name}`, name, version })),
  }
}

/** What is in the executable, in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). The same bytes for the same contents. */
export function sbomOf({ version, epoch, packages, runtime }: Contents) {
  const root = npmRef({ name: 'wakecall', version })
  const node = nodeComponent(runtime)
  const refs = new Map(packages.map((locked) => [locked.name, npmRef(locked)]))
  const inside = (names: readonly string[]) => names.flatMap((name) => refs.get(name) ?? [])
  const required = new Set(packages.flatMap(({ dependencies }) => dependencies))
  const direct = packages.filter(({ name }) => !required.has(name)).map(npmRef)
  const components = [node, ...packages.map(npmComponent)]
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${v5(JSON.stringify([root, components]), v5.URL)}`,
    version: 1,
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': root,
        name: 'wakecall',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components,
    dependencies: [
      { ref: root, dependsOn: [node['bom-ref'], ...direct] },
      ...packages.map((locked) => ({ ref: npmRef(locked), dependsOn: inside(locked.dependencies) })),
    ],
  }
}

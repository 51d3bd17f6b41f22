import { writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { bundleClient } from '../../packaging/bundle.ts'
import { lockedAt } from '../../packaging/locked.ts'
import { noticesOf } from '../../packaging/notices.ts'
import { sbomOf } from '../../packaging/sbom.ts'
import { temporaryDir } from '../client/harness.ts'

const bundle = await bundleClient()
const locked = lockedAt(bundle.packages)
const runtime = { node: '24.21.0', modules: '137', openssl: '3.5.0', sqlite: '3.50.0' }
const sbom = sbomOf({ version: '1.2.3', epoch: 1_767_225_600, packages: locked, runtime })

test('the bundle is one script that asks for nothing but Node', () => {
  const required = [...bundle.code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name)
  expect(required.length).toBeGreaterThan(0)
  expect(required.filter((name) => !isBuiltin(name ?? ''))).toEqual([])
  expect(bundle.code).not.toContain('import.meta')
})

test('the bundle holds what the client needs, and nothing of the cloud or the tools', () => {
  const names = locked.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['citty', 'pino', 'prom-client', 'smol-toml', 'valibot']))
  expect(names.filter((name) => name in manifest.devDependencies || name.startsWith('@aws-sdk/'))).toEqual([])
})

test('what would find no file inside the executable is refused', async () => {
  const entry = join(temporaryDir(), 'entry.ts')
  writeFileSync(entry, 'process.stdout.write(import.meta.url)')
  await expect(bundleClient(entry)).rejects.toThrow(/import\.meta/)
  writeFileSync(entry, 'process.stdout.write(process.title)')
  await expect(bundleClient(entry)).resolves.toMatchObject({ packages: [] })
})

test('the list of contents has every package by version and hash, Node, and what Node is made of', () => {
  const [node, ...libraries] = sbom.components
  expect(node).toMatchObject({ name: 'node', version: '24.21.0', components: [{ name: 'openssl' }, { name: 'sqlite' }] })
  expect(libraries.map(({ name }) => name)).toEqual(locked.map(({ name }) => name))
  const purl = expect.stringMatching(/^pkg:npm\/(%40[^/@]+\/)?[^/@]+@\d/)
  for (const library of libraries) {
    expect(library).toMatchObject({ purl, hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }] })
  }
})

test('every dependency in the list is a component of it, and every component is needed by another or by the client', () => {
  const refs = sbom.components.map((component) => component['bom-ref'])
  const named = sbom.dependencies.flatMap(({ dependsOn }) => dependsOn)
  expect(named.filter((ref) => !refs.includes(ref))).toEqual([])
  expect(refs.filter((ref) => !named.includes(ref))).toEqual([])
})

test('the same contents give the same list, others another', () => {
  const serial = (version: string) => sbomOf({ version, epoch: 1_767_225_600, packages: locked, runtime }).serialNumber
  expect(serial('1.2.3')).toBe(sbom.serialNumber)
  expect(serial('1.2.4')).not.toBe(sbom.serialNumber)
})

test('a package that package-lock.json does not have cannot be packed', () => {
  expect(() => lockedAt(['node_modules/of-nobody'])).toThrow(/of-nobody/)
})

test('whoever wrote a part is named', () => {
  const notices = noticesOf(locked, '24.21.0')
  expect(notices).toContain('Node.js 24.21.0')
  for (const { name, version } of locked) expect(notices).toContain(`\n${name} ${version}\n\n`)
  expect(notices).not.toContain('NODE_VERSION')
})

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const page = readFileSync(new URL('../../docs/dependencies.md', import.meta.url), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| `'))
const listed = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name))
const declared = { ...manifest.dependencies, ...manifest.devDependencies }

test('every dependency has its reason, and no other stands there', () => {
  expect(listed.toSorted()).toEqual(Object.keys(declared).toSorted())
})

test('every version is exact', () => {
  expect(Object.entries(declared).filter(([, version]) => !/^\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/.test(version))).toEqual([])
})

import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { layOut, packTarball } from '../../packaging/archive.ts'
import { debArchitecture, debVersion } from '../../packaging/deb.ts'
import { sourceEpoch } from '../../packaging/epoch.ts'
import { debFiles, tarballFiles } from '../../packaging/parts.ts'
import { temporaryDir } from '../client/harness.ts'

const EPOCH = 1_767_225_600

function tarballOf(content: string, umask: number): string {
  const parent = temporaryDir()
  const before = process.umask(umask)
  try {
    const files = [
      { path: 'w/b', content },
      { path: 'w/a/run', mode: 0o755, content: '#!/bin/sh\n' },
    ]
    layOut(parent, files)
    expect(statSync(join(parent, 'w/a/run')).mode & 0o777).toBe(0o755)
    packTarball({ parent, name: 'w', output: join(parent, 'w.tar.gz'), epoch: EPOCH })
  } finally {
    process.umask(before)
  }
  return join(parent, 'w.tar.gz')
}

test('the same files make the same tarball, whoever packs them; others make another', () => {
  const first = readFileSync(tarballOf('text', 0o022))
  expect(readFileSync(tarballOf('text', 0o077))).toEqual(first)
  expect(readFileSync(tarballOf('test', 0o022))).not.toEqual(first)
})

test('a tarball is sorted, of root, of one time', () => {
  const lines = execFileSync('tar', ['--list', '--verbose', '--utc', '--file', tarballOf('text', 0o022)], { encoding: 'utf8' })
    .trim()
    .split('\n')
  expect(lines.map((line) => line.split(/\s+/).at(-1))).toEqual(['w/', 'w/a/', 'w/a/run', 'w/b'])
  for (const line of lines) expect(line).toMatch(/ root\/root +\d+ 2026-01-01 00:00 /)
})

test('the time of a build is that of SOURCE_DATE_EPOCH, else that of the last commit', () => {
  expect(sourceEpoch({ SOURCE_DATE_EPOCH: String(EPOCH) })).toBe(EPOCH)
  expect(sourceEpoch({})).toBeGreaterThan(EPOCH)
  expect(() => sourceEpoch({ SOURCE_DATE_EPOCH: 'yesterday' })).toThrow(/seconds since 1970/)
})

test('Names that Debian gives to of versions and architectures', () => {
  expect([debVersion('1.0.0'), debVersion('1.0.0-rc.1')]).toEqual(['1.0.0', '1.0.0~rc.1'])
  expect(debArchitecture('x64')).toBe('amd64')
  expect(() => debArchitecture('mips')).toThrow(/x64 or arm64/)
})

test('a unit starts the executable where its package puts it', () => {
  const parts = { executable: 'wakecall', version: '1.0.0', epoch: EPOCH, manual: '', copyright: '' }
  const unitOf = (files: readonly object[]) =>
    JSON.stringify(files.find((file) => 'path' in file && /wakecall\.service$/.test(String(file.path))))
  expect(unitOf(debFiles(parts))).toContain('ExecStart=/usr/bin/wakecall serve')
  expect(unitOf(tarballFiles(parts))).toContain('ExecStart=/usr/local/bin/wakecall serve')
})

/** `npm run package`: an executable, a .deb and a tarball for the machine that this runs on, in dist/. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VERSION } from '../client/version.ts'
import { wakecall } from '../pbx/wakecall.ts'
import { layOut, packTarball } from './archive.ts'
import { bundleClient } from './bundle.ts'
import { buildConsole } from './console.ts'
import { buildDeb, debArchitecture, debVersion } from './deb.ts'
import { sourceEpoch } from './epoch.ts'
import { buildExecutable } from './executable.ts'
import { lockedAt } from './locked.ts'
import { manualOf } from './manual.ts'
import { noticesOf } from './notices.ts'
import { type Parts, tarballFiles } from './parts.ts'
import { inRoot } from './root.ts'

function buildTarball(parts: Parts, name: string, output: string): void {
  const parent = mkdtempSync(join(tmpdir(), 'wakecall-tarball-'))
  try {
    layOut(join(parent, name), tarballFiles(parts))
    packTarball({ parent, name, output, epoch: parts.epoch })
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}

/** Builds all three in `folder` and gives their paths. */
async function buildPackages(folder: string): Promise<string[]> {
  if (process.platform !== 'linux') throw new Error('Packages are for Linux: run this on Linux.')
  mkdirSync(folder, { recursive: true })
  const [{ code, packages }, inConsole] = [await bundleClient(), await buildConsole()]
  const epoch = sourceEpoch(process.env)
  const executable = join(folder, 'wakecall')
  buildExecutable(code, executable)
  const manual = manualOf(wakecall, VERSION, new Date(epoch * 1000))
  const copyright = noticesOf(lockedAt([...packages, ...inConsole]), process.versions.node)
  const parts: Parts = { executable, version: VERSION, epoch, manual, copyright }
  const deb = join(folder, `wakecall_${debVersion(VERSION)}_${debArchitecture(process.arch)}.deb`)
  buildDeb(parts, deb)
  const name = `wakecall-${VERSION}-linux-${process.arch}`
  const tarball = join(folder, `${name}.tar.gz`)
  buildTarball(parts, name, tarball)
  return [executable, deb, tarball]
}

for (const path of await buildPackages(inRoot('dist'))) process.stdout.write(`${path}\n`)

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layOut, type PackedFile } from './archive.ts'
import { debFiles, MAINTAINER, maintainerScripts, type Parts } from './parts.ts'

const ARCHITECTURES: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** Debian's name of an architecture of Node. Throws for one that nobody has tried. */
export function debArchitecture(arch: string): string {
  const known = ARCHITECTURES[arch]
  if (!known) throw new Error(`No .deb is made for ${arch}: build on ${Object.keys(ARCHITECTURES).join(' or ')}.`)
  return known
}

/** Debian sorts 1.0.0~rc.1 before 1.0.0, as 1.0.0-rc.1 is meant. */
export const debVersion = (version: string): string => version.replace('-', '~')

const md5 = (path: string): string => createHash('md5').update(readFileSync(path)).digest('hex')

/** `installedKiB` as Debian counts it. */
const controlOf = (version: string, architecture: string, installedKiB: number): string => `Package: wakecall
Version: ${version}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${installedKiB}
Depends: adduser, init-system-helpers (>= 1.54), libc6 (>= 2.28), libgcc-s1 | libgcc1, libstdc++6 (>= 7)
Suggests: logrotate
Section: comm
Priority: optional
Description: wakes mobile softphones for the calls of a PBX
 The local service of Wakecall (PNS) and its commands. A PBX tells it over HTTP
 that a call is coming; it signs the request and sends it to a relay, which
 wakes the phones by Apple's VoIP pushes and Google's FCM.
 .
 One executable with its own runtime: no Node.js is needed.
`

/** Makes the .deb. */
export function buildDeb(parts: Parts, output: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'wakecall-deb-'))
  const files = debFiles({ ...parts, version: debVersion(parts.version) })
  const at = ({ path }: PackedFile) => join(folder, path)
  const sums = () => files.map((file) => `${md5(at(file))}  ${file.path}\n`).join('')
  const kib = () => files.reduce((sum, file) => sum + Math.ceil(statSync(at(file)).size / 1024), 0)
  try {
    layOut(folder, files)
    mkdirSync(join(folder, 'etc/wakecall'))
    const control = controlOf(debVersion(parts.version), debArchitecture(process.arch), kib())
    const conffiles = files.filter(({ path }) => path.startsWith('etc/')).map(({ path }) => `/${path}\n`)
    const texts = { control, md5sums: sums(), conffiles: conffiles.join('') }
    const controlFiles = [...Object.entries(texts).map(([path, content]) => ({ path, content })), ...maintainerScripts()]
    layOut(join(folder, 'DEBIAN'), controlFiles)
    shut(folder)
    const env = { ...process.env, SOURCE_DATE_EPOCH: String(parts.epoch) }
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', folder, output], { env, stdio: 'pipe' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Folders as they are to be on the PBX, whatever the umask is. */
function shut(folder: string): void {
  execFileSync('find', [folder, '-type', 'd', '-exec', 'chmod', '755', '{}', '+'])
  chmodSync(join(folder, 'etc/wakecall'), 0o750)
}

import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ASSETS } from '../client/assets.ts'
import { inRoot } from './root.ts'

/** Of https://nodejs.org/api/single-executable-applications.html: where Node looks for what was put into it. */
const SENTINEL = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/**
 * SQLite's warning of being new tells an operator nothing. Not --disable-sigusr1: it blocks the signal for the log as well, and
 * `serve` takes it from the debugger anyway.
 */
const EXEC_ARGV = ['--disable-warning=ExperimentalWarning']

/** One executable of Node and the script `code`, for the machine that this runs on. The same bytes in every build. */
export function buildExecutable(code: string, output: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-package-'))
  // No code cache: it differs from build to build, and saves a sixth of a start of 130 ms.
  const options = { disableExperimentalSEAWarning: true, execArgv: EXEC_ARGV, execArgvExtension: 'none' }
  const assets = Object.fromEntries(ASSETS.map((name) => [name, inRoot(name)]))
  try {
    // The names go into the result: relative ones are the same in every build.
    writeFileSync(join(dir, 'wakecall.cjs'), code)
    writeFileSync(join(dir, 'sea.json'), JSON.stringify({ main: 'wakecall.cjs', output: 'sea.blob', assets, ...options }))
    execFileSync(process.execPath, ['--experimental-sea-config', 'sea.json'], { cwd: dir, stdio: 'pipe' })
    copyFileSync(process.execPath, output)
    chmodSync(output, 0o755)
    execFileSync('strip', [output])
    execFileSync('postject', [output, 'NODE_SEA_BLOB', join(dir, 'sea.blob'), '--sentinel-fuse', SENTINEL], { stdio: 'pipe' })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

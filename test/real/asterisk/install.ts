/** What the suite needs of Debian, installed where it is missing; Asterisk itself comes with the first test. Needs root. */
import { spawnSync } from 'node:child_process'
import { run } from '../shell.ts'

/** Commands, and the packages that have them. */
const NEEDED = {
  baresip: 'baresip-core',
  'linphone-daemon': 'linphone-cli',
  sipp: 'sip-tester',
  ip: 'iproute2',
  unshare: 'util-linux',
  curl: 'curl',
}

const isMissing = ([command]: [string, string]) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0

export async function setup(): Promise<void> {
  const missing = Object.entries(NEEDED).filter(isMissing)
  if (missing.length === 0) return
  const packages = missing.map(([, name]) => name).join(' ')
  await run(`apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends ${packages}`, {
    cwd: '/',
  })
}

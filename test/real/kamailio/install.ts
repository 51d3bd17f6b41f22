/** What the suite needs of Debian, installed where it is missing. Needs root; run before the suite enters its own network. */
import { spawnSync } from 'node:child_process'
import { run } from '../shell.ts'

const PACKAGES = [
  'kamailio',
  'kamailio-sqlite-modules',
  'kamailio-tls-modules',
  'kamailio-websocket-modules',
  'sqlite3',
  'linphone-cli',
  'baresip-core',
  'nftables',
  'openssl',
  'curl',
  'iproute2',
]

const isMissing = (name: string) => spawnSync('dpkg', ['-s', name]).stdout.toString().includes('Status: install ok') === false

const missing = PACKAGES.filter(isMissing)
if (missing.length > 0) {
  await run(
    `apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends ${missing.join(' ')}`,
    {
      cwd: '/',
    },
  )
}

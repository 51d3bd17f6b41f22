/** What the suite needs of Debian, and Asterisk, where they are missing. Needs root; run before the suite enters its own network. */
import { spawnSync } from 'node:child_process'
import { installAsterisk } from '../asterisk.ts'
import { run } from '../shell.ts'

const PACKAGES = [
  'kamailio',
  'kamailio-sqlite-modules',
  'kamailio-tls-modules',
  'kamailio-websocket-modules',
  'rtpengine-daemon',
  'sqlite3',
  'linphone-cli',
  'baresip-core',
  'nftables',
  'openssl',
  'curl',
  'iproute2',
]

const isMissing = (name: string) => !spawnSync('dpkg', ['-s', name]).stdout.toString().includes('Status: install ok')

const missing = PACKAGES.filter(isMissing)
if (missing.length > 0) {
  const install = `apt-get install -qy --no-install-recommends ${missing.join(' ')}`
  await run(`apt-get update -q && DEBIAN_FRONTEND=noninteractive ${install}`, { cwd: '/' })
}
await installAsterisk()

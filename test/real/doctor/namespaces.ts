import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { ADDRESSES, DNS, PBX } from './places.ts'

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' })

/** Two network namespaces, a PBX and the internet, with a cable between them; needs root. */
export function namespaces(prefix: string) {
  const [pbx, internet] = [`${prefix}-pbx`, `${prefix}-net`]
  /** `ip netns exec` puts these files in the place of /etc's. */
  const etc = `/etc/netns/${pbx}`

  function setUp(): void {
    for (const name of [pbx, internet]) ip('netns', 'add', name)
    ip('-n', pbx, 'link', 'add', 'wan', 'type', 'veth', 'peer', 'name', 'wan', 'netns', internet)
    for (const name of [pbx, internet]) for (const link of ['lo', 'wan']) ip('-n', name, 'link', 'set', link, 'up')
    ip('-n', pbx, 'address', 'add', `${PBX}/24`, 'dev', 'wan')
    for (const address of [...Object.values(ADDRESSES), ...Object.values(DNS)]) {
      ip('-n', internet, 'address', 'add', `${address}/24`, 'dev', 'wan')
    }
    mkdirSync(etc, { recursive: true })
  }

  return {
    pbx,
    internet,
    setUp,
    /** The resolvers of the PBX's system. */
    resolveBy: (...resolvers: string[]) =>
      writeFileSync(`${etc}/resolv.conf`, resolvers.map((address) => `nameserver ${address}\n`).join('')),
    /** `ip` in the namespace of the PBX, or of the internet. */
    onPbx: (...args: string[]) => ip('-n', pbx, ...args),
    onInternet: (...args: string[]) => ip('-n', internet, ...args),
    takeDown(): void {
      for (const name of [pbx, internet]) ip('netns', 'delete', name)
      rmSync(etc, { recursive: true, force: true })
    },
  }
}

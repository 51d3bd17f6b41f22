/**
 * `npm run test:kamailio`: what the suite needs is installed, and three parts of it run side by side, each in a network of its
 * own, because every file of it has the same ports. Test files as arguments run alone.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import './install.ts'

const NETWORK = ['-n', '-p', '-f', '--mount-proc', '--kill-child']
const SUITE = 'ip link set lo up && exec vitest run --config vitest.kamailio.config.ts "$@"'

/** Its exit code. */
async function run(args: readonly string[]): Promise<number> {
  const suite = spawn('unshare', [...NETWORK, 'sh', '-c', SUITE, 'sh', ...args], { stdio: 'inherit' })
  const [code] = await once(suite, 'close')
  return code ?? 1
}

const asked = process.argv.slice(2)
const parts = asked.length > 0 ? [asked] : [1, 2, 3].map((part) => [`--shard=${part}/3`])
process.exitCode = Math.max(...(await Promise.all(parts.map(run))))

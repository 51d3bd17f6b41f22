import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

const INSIDE = 'WAKECALL_FAULTS_INSIDE'
const DISK_SIZE = '24m'

function must(program: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`)
}

/**
 * Runs this program again with a network, mounts and processes of its own, which end with it, and gives its exit code;
 * `undefined` inside.
 */
export function isolated(): number | undefined {
  if (process.env[INSIDE]) return undefined
  if (process.getuid?.() !== 0) {
    process.stderr.write('The faults need root, for a disk and a resolver of their own: run them as root, or in a container.\n')
    return 1
  }
  const args = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--', ...process.argv]
  const { status, error } = spawnSync('unshare', args, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } })
  if (error) process.stderr.write(`unshare of util-linux cannot be run: ${error.message}\n`)
  return status ?? 1
}

/** A loopback interface, a small disk at `dataDir`, and a resolver that is this program's own. */
export function furnish(dir: string, dataDir: string): void {
  must('ip', 'link', 'set', 'lo', 'up')
  must('mount', '-t', 'tmpfs', '-o', `size=${DISK_SIZE},mode=700`, 'tmpfs', dataDir)
  writeFileSync(`${dir}/resolv.conf`, 'nameserver 127.0.0.1\n')
  must('mount', '--bind', `${dir}/resolv.conf`, '/etc/resolv.conf')
}

/** Lets the folder go. */
export const unfurnish = (dataDir: string): void => must('umount', dataDir)

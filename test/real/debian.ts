import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { run } from './shell.ts'

const INCLUDE = 'systemd,systemd-sysv,dbus,adduser,logrotate,curl'
const NAMESPACES = ['--mount', '--pid', '--fork', '--net', '--cgroup', '--ipc', '--uts', '--kill-child']
const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' }

/** Debian as this machine gets its own, from where it gets it. */
const SOURCES = `apt-get indextargets --format 'deb $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Origin: Debian' 'Identifier: Packages' | sort -u`

/** A clean Debian with systemd in `folder`. Needs root and a mirror. */
export async function makeDebian(folder: string): Promise<void> {
  const suite = `$(. /etc/os-release; printf '%s' "$VERSION_CODENAME")`
  await run(`set -o pipefail; ${SOURCES} | mmdebstrap --variant=minbase --include=${INCLUDE} ${suite} ${folder} -`, { cwd: '/' })
}

/** A booted machine. `run` gives what a command printed, and throws with that if it fails. */
export type Machine = {
  run: (command: string) => string
  /** Starts a program of this machine's outside, in the network of the booted one. */
  beside: (command: string, args: readonly string[]) => ChildProcess
  off: () => Promise<void>
}

/** Boots a Debian root in namespaces of its own: nothing of it is seen from outside, and nothing outside can be reached. */
export async function bootDebian(folder: string): Promise<Machine> {
  const script = join(import.meta.dirname, 'boot.sh')
  const child = spawn('unshare', [...NAMESPACES, 'sh', script, folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  const init = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
  const enter = (...options: string[]) => ['--target', init(), ...options]
  const machine: Machine = {
    run(command) {
      const args = enter(
        '--mount',
        '--pid',
        '--net',
        '--cgroup',
        '--ipc',
        '--uts',
        '--root',
        '--wd',
        'sh',
        '-c',
        `${command} 2>&1`,
      )
      try {
        return execFileSync('nsenter', args, { encoding: 'utf8', env: ENV, stdio: ['ignore', 'pipe', 'pipe'] })
      } catch (error) {
        const { stdout, stderr } = error as Record<string, string>
        throw new Error(`${command}\n${stdout}${stderr}`)
      }
    },
    beside: (command, args) => spawn('nsenter', enter('--net', command, ...args), { stdio: ['ignore', 'pipe', 'inherit'] }),
    async off() {
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    },
  }
  await vi
    .waitFor(() => machine.run('systemctl is-active multi-user.target'), { timeout: 60_000, interval: 200 })
    .catch((error) => {
      throw new Error(`systemd did not come up: ${error}\n${said}`)
    })
  return machine
}

/** A real Asterisk from Debian's newer suites, in a folder: the system that runs the tests is left as it is. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { Namespace } from './namespace.ts'
import { run } from './shell.ts'

const CACHE = join(import.meta.dirname, '../../node_modules/.cache')
const ROOT = join(CACHE, 'asterisk')

/** With Python, for AGI scripts. */
const PACKAGES = 'asterisk dash python3'

const aptConf = (dir: string) => `Dir::Etc "${dir}/etc";
Dir::Etc::SourceList "${dir}/sources.list";
Dir::State "${dir}/state";
Dir::State::status "${dir}/status";
Dir::Cache "${dir}/cache";
APT::Install-Recommends "false";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
`

/** What one suite lacks for a while, the other has. They come from where this machine gets its own. */
const SOURCES = `uri=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Identifier: Packages' "Codename: $(. /etc/os-release; echo $VERSION_CODENAME)" | head -1)
key=$(ls /usr/share/keyrings/debian-archive-keyring.* | head -1)
for suite in forky sid; do echo "deb [signed-by=$key] $uri $suite main"; done`

/** The links and devices that Debian's own installation would make. */
const UNPACK = `for name in bin lib lib64 sbin; do mkdir -p usr/$name && ln -s usr/$name $name; done
for deb in ../cache/archives/*.deb; do dpkg-deb -x $deb .; done
mkdir -p dev proc srv tmp && chmod 1777 tmp
for device in null:3 zero:5 random:8 urandom:9; do mknod -m 666 dev/\${device%:*} c 1 \${device#*:}; done
ln -sf dash usr/bin/sh`

/** Installs it, once, and gives the folder to `chroot` to. Needs root and a mirror. */
export async function installAsterisk(): Promise<string> {
  if (existsSync(ROOT)) return ROOT
  mkdirSync(CACHE, { recursive: true })
  const dir = mkdtempSync(join(CACHE, 'apt-'))
  const [config, root] = [join(dir, 'apt.conf'), join(dir, 'root')]
  for (const folder of ['etc/apt.conf.d', 'etc/preferences.d', 'state/lists/partial', 'cache/archives/partial', 'root']) {
    mkdirSync(join(dir, folder), { recursive: true })
  }
  try {
    writeFileSync(config, aptConf(dir))
    writeFileSync(join(dir, 'status'), '')
    await run(`(${SOURCES}) > sources.list`, { cwd: dir })
    const env = { APT_CONFIG: config, DEBIAN_FRONTEND: 'noninteractive' }
    await run(`chmod 755 . && apt-get update -q && apt-get install -qy --download-only ${PACKAGES}`, { cwd: dir, env })
    await run(`set -e; ${UNPACK}`, { cwd: root })
    renameSync(root, ROOT)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  return ROOT
}

const OWN_FOLDERS = /^(astetcdir|astdbdir|astspooldir|astrundir|astlogdir) => .*$/gm

export type Asterisk = {
  /** Its root, and the folder in it that has its settings, as Asterisk sees it. */
  root: string
  folder: string
  output: () => string
  /** Runs a command of Asterisk's console and gives what it printed. */
  cli: (command: string) => Promise<string>
}

/** Starts one in the namespace, with these files of settings, and waits until it has booted. It dies with the namespace. */
export async function startAsterisk(namespace: Namespace, files: Record<string, string>): Promise<Asterisk> {
  const root = await installAsterisk()
  const outside = mkdtempSync(join(root, 'srv/asterisk-'))
  const folder = outside.slice(root.length)
  // In the sample this section is a template.
  const sample = readFileSync(join(root, 'etc/asterisk/asterisk.conf'), 'utf8').replace(/^\[directories\]\(!\)/m, '[directories]')
  const own = {
    'asterisk.conf': sample.replace(OWN_FOLDERS, `$1 => ${folder}`),
    'modules.conf': '[modules]\nautoload=yes\n',
    ...files,
  }
  for (const [name, text] of Object.entries(own)) writeFileSync(join(outside, name), text)
  const asterisk = ['chroot', root, '/usr/sbin/asterisk', '-C', `${folder}/asterisk.conf`]
  const { output } = namespace.start([...asterisk, '-f', '-n', '-vvv'])
  const cli = (command: string) => namespace.run([...asterisk, '-rx', command])
  await vi
    .waitFor(() => cli('core waitfullybooted'), { timeout: 30_000, interval: 200 })
    .catch((error) => {
      throw new Error(`Asterisk did not boot: ${error}\n${output()}`)
    })
  return { root, folder, output, cli }
}

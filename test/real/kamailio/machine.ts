/** A machine to follow the guide on: of this one it has the programs, but files of settings and state of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { debFiles } from '../../../packaging/parts.ts'
import { linphoneIn } from '../asterisk/linphone.ts'
import { type Program, startProgram } from '../asterisk/process.ts'
import { objectsIn, pushesOf } from '../asterisk/pushes.ts'
import { until } from '../asterisk/until.ts'
import { startAsterisk } from '../asterisk.ts'
import { openNamespace } from '../namespace.ts'

const at = (path: string) => join(import.meta.dirname, '../../..', path)
const UNIT = '/lib/systemd/system/kamailio.service'
const DROP_IN = '/etc/systemd/system/kamailio.service.d/wakecall.conf'
const DOCUMENTS = 'usr/share/doc/wakecall/'

/** The files of the .deb that are documents, below `dir`. */
function unpackDocuments(dir: string): void {
  for (const file of debFiles({ executable: '', version: '0', epoch: 0, manual: '', copyright: '' })) {
    if (!file.path.startsWith(DOCUMENTS) || !('content' in file)) continue
    const path = join(dir, file.path.slice(DOCUMENTS.length))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, file.content)
  }
}

/** What systemd would start, as who: from the unit of the distribution and what is added to it. */
function commandOf(units: string): string[] {
  const variables = [...units.matchAll(/^Environment='?(\w+)=([^'\n]*)'?$/gm)].map(([, name = '', value = '']) => [name, value])
  const values = Object.fromEntries(variables) as Record<string, string>
  const [, start = ''] = /^ExecStart=(.*)$/m.exec(units) ?? []
  const [, user = ''] = /^User=(.*)$/m.exec(units) ?? []
  const command = start.replace(/\$(\w+)/g, (_, name) => values[name] ?? '').split(' ')
  // In the foreground, with its log to where we see it.
  return ['setpriv', '--reuid', user, '--regid', user, '--clear-groups', '--no-new-privs', ...command, '-DD', '-E']
}

export async function openMachine() {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-guide-'))
  const namespace = await openNamespace()
  const sh = (line: string) => namespace.run(['bash', '-c', line])
  const documents = join(dir, 'documents')
  unpackDocuments(documents)
  await sh(`cp -a /etc ${dir}/etc && mount --bind ${dir}/etc /etc
    mount -t tmpfs tmpfs /var/lib && mount -t tmpfs tmpfs /run && install -d -o kamailio /run/kamailio
    mount -t tmpfs tmpfs /usr/share/doc && cp -r ${documents} /usr/share/doc/wakecall`)

  const started = (command: string[]): Program => startProgram(namespace, command)
  const wakecall = (...args: string[]) => [process.execPath, at('pbx/wakecall.ts'), ...args]

  const keyFile = join(dir, 'key.pem')
  const cloud = started([process.execPath, at('test/real/asterisk/cloud.ts'), keyFile])
  await until(() => expect(cloud.output()).toContain('listening'))
  const [{ app = '' } = {}] = objectsIn<{ app: string }>(cloud.output())
  // As `wakecall enrol` leaves it.
  mkdirSync(join(dir, 'etc/wakecall'), { recursive: true })
  const settings = { relay: 'http://127.0.0.1:7461', pbx: 'hq', keyFile, dataDir: '/var/lib/wakecall', defaultApp: app }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = "${value}"\n`)
  writeFileSync(join(dir, 'etc/wakecall/wakecall.toml'), lines.join(''))

  let asterisk: Awaited<ReturnType<typeof startAsterisk>>
  const services = new Map<string, Program>()
  const curl = (path: string, ...args: string[]) => namespace.run(['curl', '-sS', ...args, `http://127.0.0.1:7460${path}`])

  return {
    ...pushesOf(cloud, curl),
    curl,
    linphone: linphoneIn(namespace, dir, () => 20_000),
    /** A path of the machine as its files are seen from here: those of /etc. */
    file: (path: string) => join(dir, path),
    log: (service: string) => services.get(service)?.output() ?? '',
    pbxLog: () => asterisk.output(),
    startPbx: async (files: Record<string, string>) => {
      asterisk = await startAsterisk(namespace, files)
    },
    /** Does what a line says, with what is there: for systemd it starts a service, and Asterisk is in a folder. */
    async follow(line: string): Promise<string> {
      const [, service] = /^systemctl restart (\w+)$/.exec(line) ?? []
      const [, command] = /^asterisk -rx "(.*)"$/.exec(line) ?? []
      if (command !== undefined) return asterisk.cli(command)
      if (line.startsWith('wakecall ')) return namespace.run(wakecall(...line.split(' ').slice(1)))
      if (line === 'systemctl daemon-reload') return sh(`systemd-analyze verify ${UNIT}`)
      if (service === undefined) return sh(line)
      const units = `${readFileSync(UNIT, 'utf8')}\n${service === 'kamailio' ? readFileSync(join(dir, DROP_IN), 'utf8') : ''}`
      services.set(service, started(service === 'kamailio' ? commandOf(units) : wakecall('serve')))
      return ''
    },
    async close(): Promise<void> {
      await namespace.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { expect } from 'vitest'
import { type Fate, tokenOf } from '../../../local/tokens.ts'
import { objectsIn, pushesOf } from '../asterisk/pushes.ts'
import { until } from '../asterisk/until.ts'
import { run } from '../shell.ts'
import { openPbx } from './pbx.ts'
import { openPhone, type PhoneOptions } from './phone.ts'

const at = (path: string) => join(import.meta.dirname, path)
const WAKECALL = at('../../../pbx/wakecall.ts')
const CONF = at('../../../pbx/kamailio/conf')
const PNS = 'http://127.0.0.1:7460'

export type Program = { child: ChildProcess; output: () => string; end: (signal: NodeJS.Signals) => Promise<void> }
export type World = Awaited<ReturnType<typeof openWorld>>

/** `defines`: lines for the end of settings.cfg. `gateway`: its table in wakecall.toml. */
export type WorldOptions = { defines?: string; gateway?: Record<string, unknown>; registrar?: 'here' | 'at the PBX' }

function start(command: readonly string[]): Program {
  const [program = '', ...args] = command
  // A group of its own: Kamailio is many processes.
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return {
    child,
    output: () => output,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return
      process.kill(-(child.pid as number), signal)
      await closed
    },
  }
}

const ready = async (program: Program, says: string | RegExp): Promise<Program> => {
  await until(() => expect(program.output()).toMatch(says))
  return program
}

/** How a phone of the local cloud says in its Contact what pushes to it. */
export const pushOf = (phone: string, fate: Fate = 'accept'): string => {
  const [token, alert] = [tokenOf({ kind: 'voip', phone, fate }), tokenOf({ kind: 'alert', phone, fate })]
  return `;pn-provider=apns;pn-param=TEAM.com.example.phone.voip&remote;pn-prid=${token}:voip&${alert}:remote`
}

/** Kamailio as it is shipped, the holder with its PNS, the local cloud, and a PBX: on the loopback that the suite has for itself. */
export async function openWorld({ defines = '', gateway = {}, registrar = 'here' }: WorldOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-kamailio-'))
  const programs: Program[] = []
  const keep = (program: Program) => {
    programs.push(program)
    return program
  }

  const conf = join(dir, 'conf')
  const bindings = join(dir, 'bindings.sqlite')
  cpSync(CONF, conf, { recursive: true })
  const settings = readFileSync(join(conf, 'settings.cfg'), 'utf8')
    .replace('/var/lib/kamailio/wakecall.sqlite', bindings)
    .replace('#!define REGISTER_AT_PBX', registrar === 'here' ? '' : '#!define REGISTER_AT_PBX')
  writeFileSync(join(conf, 'settings.cfg'), `${settings}\n${defines}\n`)
  await run(
    `cat /usr/share/kamailio/db_sqlite/standard-create.sql /usr/share/kamailio/db_sqlite/usrloc-create.sql | sqlite3 ${bindings}`,
    {
      cwd: '/',
    },
  )

  const startKamailio = () =>
    ready(keep(start(['kamailio', '-f', join(conf, 'kamailio.cfg'), '-DD', '-E', '-Y', dir])), /udp: 127\.0\.0\.1:7463/)

  const keyFile = join(dir, 'key.pem')
  const cloud = await ready(keep(start([process.execPath, at('../asterisk/cloud.ts'), keyFile])), 'listening')
  const [{ app = '' } = {}] = objectsIn<{ app: string }>(cloud.output())
  const config = join(dir, 'wakecall.toml')
  writeFileSync(
    config,
    stringify({
      relay: 'http://127.0.0.1:7461',
      pbx: 'hq',
      keyFile,
      dataDir: join(dir, 'data'),
      defaultApp: app,
      gateway,
    }),
  )
  const startHolder = (command: 'serve' | 'gateway' = 'serve') =>
    ready(keep(start([process.execPath, WAKECALL, command, '--config', config])), 'Kamailio hears the holder')

  let kamailio = await startKamailio()
  let holder = await startHolder()
  const pbx = await openPbx()
  const phones: { close: () => Promise<void> }[] = []
  const curl = (path: string, ...args: string[]) =>
    run(`curl -sS ${args.map((arg) => `'${arg}'`).join(' ')} ${PNS}${path}`, { cwd: '/' })

  /** Waits until the relay has the phone that is registered. */
  const known = (user: string) =>
    until(async () => expect(await curl(`/devices?extension=${user}`)).toContain('"confirmed":true'))

  let extension = 1000
  /** A user of its own for each test. */
  const user = (): string => {
    extension += 1
    return String(extension)
  }

  /** A phone that has registered. */
  async function phone(user: string, options: PhoneOptions = {}) {
    const phone = await openPhone(user, '127.0.1.1', options)
    phones.push(phone)
    phone.register()
    await until(() => expect(phone.responses.at(-1)?.status).toBe(200))
    return phone
  }

  return {
    ...pushesOf(cloud as never, curl),
    pbx,
    dir,
    cloud,
    curl,
    kamailio: () => kamailio,
    holder: () => holder,
    startHolder: async (command?: 'serve' | 'gateway') => {
      holder = await startHolder(command)
    },
    restartKamailio: async (signal: NodeJS.Signals = 'SIGTERM') => {
      await kamailio.end(signal)
      kamailio = await startKamailio()
    },
    known,
    user,
    phone,
    /** A phone that can be pushed to, registered, and asleep; a push wakes `name`. */
    async asleep(user: string, name: string, options: PhoneOptions = {}) {
      const sleeping = await phone(user, { push: pushOf(name), ...options })
      await known(user)
      sleeping.sleep()
      return sleeping
    },
    async close(): Promise<void> {
      await Promise.all([pbx.close(), ...phones.map((phone) => phone.close())])
      await Promise.all(programs.map((program) => program.end('SIGKILL')))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

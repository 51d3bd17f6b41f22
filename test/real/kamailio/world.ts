import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { expect } from 'vitest'
import { type Fate, tokenOf } from '../../../local/tokens.ts'
import { objectsIn, pushesOf } from '../asterisk/pushes.ts'
import { until } from '../asterisk/until.ts'
import { run } from '../shell.ts'
import type { KamailioOptions } from './conf.ts'
import { kamailioIn } from './kamailio.ts'
import { openPbx } from './pbx.ts'
import { openPhone, type PhoneOptions } from './phone.ts'
import { type Program, startProgram } from './program.ts'

const at = (path: string) => join(import.meta.dirname, path)
const WAKECALL = at('../../../pbx/wakecall.ts')
const PNS = 'http://127.0.0.1:7460'

export type World = Awaited<ReturnType<typeof openWorld>>

/**
 * `gateway`: its table in wakecall.toml, `pns`: what is there besides. `holder`: in the PNS, or without one. `pbxHost`: where the PBX of the tests is, if
 * 127.0.0.2 is a real one.
 */
export type WorldOptions = KamailioOptions & {
  gateway?: Record<string, unknown>
  pns?: Record<string, unknown>
  holder?: HolderCommand
  pbxHost?: string
}
type HolderCommand = 'serve' | 'gateway'

/** How a phone of the local cloud says in its Contact what pushes to it. */
export const pushOf = (phone: string, fate: Fate = 'accept'): string => {
  const [token, alert] = [tokenOf({ kind: 'voip', phone, fate }), tokenOf({ kind: 'alert', phone, fate })]
  return `;pn-provider=apns;pn-param=TEAM.com.example.phone.voip&remote;pn-prid=${token}:voip&${alert}:remote`
}

/** Kamailio as it is shipped, the holder with its PNS, the local cloud, and a PBX: on the loopback that the suite has for itself. */
export async function openWorld({ gateway = {}, pns = {}, holder: command = 'serve', pbxHost, ...options }: WorldOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-kamailio-'))
  const programs: Program[] = []
  const keep = async (starting: Promise<Program>): Promise<Program> => {
    const program = await starting
    programs.push(program)
    return program
  }

  const pbx = await openPbx(pbxHost)
  let launch = await kamailioIn(dir, options)
  async function startKamailio(): Promise<Program> {
    const started = await keep(launch())
    // It has said where it listens before it does.
    const before = pbx.responses.length
    await until(() => {
      pbx.request('OPTIONS', 'sip:127.0.0.1', [])
      expect(pbx.responses.length).toBeGreaterThan(before)
    })
    return started
  }

  const keyFile = join(dir, 'key.pem')
  const startCloud = () => keep(startProgram([process.execPath, at('../asterisk/cloud.ts'), keyFile], 'listening'))
  const [first, cloud] = await Promise.all([startKamailio(), startCloud()])
  let kamailio = first
  const [{ app = '' } = {}] = objectsIn<{ app: string }>(cloud.output())

  const settings = { relay: 'http://127.0.0.1:7461', pbx: 'hq', keyFile, dataDir: join(dir, 'data'), defaultApp: app, ...pns }
  function wakecall(name: string, command: HolderCommand, tables: object, ready: string): Promise<Program> {
    const config = join(dir, `${name}.toml`)
    writeFileSync(config, stringify({ ...settings, ...tables }))
    return keep(startProgram([process.execPath, WAKECALL, command, '--config', config], ready))
  }
  const launchHolder = (command: HolderCommand) => wakecall('wakecall', command, { gateway }, 'Kamailio hears the holder')
  let holder = await launchHolder(command)

  const phones: { close: () => Promise<void> }[] = []
  const curl = (path: string, ...args: string[]) =>
    run(`curl -sS ${args.map((arg) => `'${arg}'`).join(' ')} ${PNS}${path}`, { cwd: '/' })

  /** Waits until the relay has the phones that are registered: so many. */
  const known = (user: string, count = 1) =>
    until(async () => expect((await curl(`/devices?extension=${user}`)).match(/"confirmed":true/g)).toHaveLength(count))

  let extension = 1000
  /** A user of its own for each test. */
  const user = (): string => {
    extension += 1
    return String(extension)
  }

  /** A phone that has registered. */
  async function phone(user: string, options: PhoneOptions = {}) {
    // Each at an address of its own: many at one are a flood.
    const phone = await openPhone(user, `127.0.1.${(Number(user) % 250) + 1}`, options)
    phones.push(phone)
    phone.register()
    await until(() => expect(phone.responses.at(-1)?.status).toBe(200))
    return phone
  }

  return {
    ...pushesOf(cloud, curl),
    pbx,
    dir,
    cloud,
    curl,
    holder: () => holder,
    kamailio: () => kamailio,
    restartHolder: async () => {
      await holder.end('SIGKILL')
      holder = await launchHolder(command)
    },
    /** The PNS alone. */
    startPns: () => wakecall('pns', 'serve', {}, '"listening"'),
    restartKamailio: async (signal: NodeJS.Signals = 'SIGTERM') => {
      await kamailio.end(signal)
      kamailio = await startKamailio()
    },
    /** Another gateway takes over the address: it has nothing of this one's but its settings and its PBX at the relay. */
    failOver: async () => {
      await Promise.all([kamailio.end('SIGKILL'), holder.end('SIGKILL')])
      launch = await kamailioIn(mkdtempSync(join(dir, 'other-')), options)
      settings.dataDir = join(dir, 'other-data')
      kamailio = await startKamailio()
      holder = await launchHolder(command)
    },
    known,
    /** Of how many devices the relay has been told since the PNS began. */
    confirmed: (): number => holder.output().match(/"relay confirmed"/g)?.length ?? 0,
    user,
    phone,
    /** A phone that can be pushed to, registered, and asleep; a push wakes `name`. */
    async asleep(user: string, name: string, options: PhoneOptions = {}) {
      const sleeping = await phone(user, { push: pushOf(name), ...options })
      await known(user)
      sleeping.sleep()
      return sleeping
    },
    /** The call's trace: what the relay was asked and told of it. */
    trace: (callId: string, user: string) => curl(`/calls/${callId}-${user}`),
    async close(): Promise<void> {
      await Promise.all([pbx.close(), ...phones.map((phone) => phone.close())])
      await Promise.all(programs.map((program) => program.end('SIGKILL')))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

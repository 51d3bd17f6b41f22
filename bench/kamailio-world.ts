import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { kamailioCommand, LISTENS } from '../test/real/kamailio/conf.ts'
import { openCaller } from './kamailio-caller.ts'
import { openPhones } from './kamailio-phones.ts'
import { bundledCommand } from './pns-process.ts'
import { childrenOf, programsIn, until } from './programs.ts'

const at = (port: string) => ({ host: port, port: 5060 })
/** The gateway as it is shipped, a plain proxy, and the design that was not chosen. */
export const [GATEWAY, PLAIN, SUSPEND] = [at('127.0.0.1'), at('127.0.0.3'), at('127.0.0.4')]
/** Where the PBX reaches the gateway, with workers of its own. */
export const INNER = at('127.0.0.5')

/** All of it runs where this process does, and prints to files in `dir`. */
export async function openWorld(dir: string, users: readonly string[]) {
  const { started } = programsIn(dir)
  const own = (name: string) => ['-f', join(import.meta.dirname, `kamailio-${name}.cfg`), '-DD', '-E', '-Y', join(dir, name)]
  for (const name of ['plain', 'suspend']) mkdirSync(join(dir, name))
  const [program = '', ...args] = await kamailioCommand(dir, { defines: `listen=udp:${INNER.host}:5060` })
  const [kamailio, plain, suspend] = await Promise.all([
    started('kamailio', program, args, LISTENS),
    started('plain', 'kamailio', own('plain'), 'udp: 127.0.0.3'),
    started('suspend', 'kamailio', own('suspend'), 'udp: 127.0.0.4'),
  ])
  const keyFile = join(dir, 'key.pem')
  const relay = await started('relay', process.execPath, [join(import.meta.dirname, 'stub-registry.ts'), keyFile], 'listening')
  const settings = {
    relay: 'http://127.0.0.1:7461',
    pbx: 'hq',
    keyFile,
    dataDir: join(dir, 'data'),
    defaultApp: 'phone',
    gateway: { holdSeconds: 45 },
  }
  const config = join(dir, 'wakecall.toml')
  writeFileSync(config, stringify(settings))
  const [node = '', ...wakecall] = await bundledCommand(dir)
  const holder = await started('wakecall', node, [...wakecall, 'serve', '--config', config], 'Kamailio hears the holder')

  const [caller, phones] = await Promise.all([openCaller(), openPhones()])
  for (const user of users) {
    for (const gateway of [GATEWAY, PLAIN, SUSPEND]) await phones.register(user, gateway).done
    phones.sleep(user)
  }
  const metrics = async () => (await fetch('http://127.0.0.1:7460/metrics')).text()
  await until(async () => /^wakecall_outbox_waiting 0$/m.test(await metrics()), 'the relay knows every phone')

  /** The programs that hold calls on one core, and all that is around them on the other. */
  async function onOneCore(): Promise<void> {
    const measured = (await Promise.all([kamailio, plain].map(childrenOf))).flat()
    for (const pid of [...measured, kamailio, plain, holder]) execFileSync('taskset', ['-a', '-p', '-c', '0', String(pid)])
    for (const pid of [relay, process.pid]) execFileSync('taskset', ['-a', '-p', '-c', '1', String(pid)])
  }

  return { caller, phones, kamailio, suspend, holder, metrics, started, onOneCore }
}

/** The three Kamailios, the holder in its PNS, a stub of the relay, the caller and the phones; each program as its process id. */
export type World = Awaited<ReturnType<typeof openWorld>>

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { secretPem } from './credentials.ts'
import { type Running, run, start } from './shell.ts'

const WAKECALL = `node ${join(import.meta.dirname, '../../pbx/wakecall.ts')}`

/** The machine of a PBX: a folder with its settings and its key, the command `wakecall`, its PNS. */
export type PbxMachine = {
  keyFile: string
  enrol: (url: string, code: string) => Promise<string>
  keys: () => Promise<string>
  /** Starts the PNS for devices of this app, on a free port. */
  serve: (app: string) => Promise<void>
  /** Asks the PNS as a PBX does. */
  pns: (path: string, params: Record<string, string>) => Promise<void>
  /** Asks the PNS with a command; gives the JSON that it prints. */
  ask: <T>(command: string) => Promise<T>
  /** Another machine, with these settings and a key of its own. */
  impostor: (dir: string, key: string) => Promise<PbxMachine>
  log: () => string
  close: () => Promise<unknown>
}

export async function createPbxMachine(dir: string, env: Record<string, string>): Promise<PbxMachine> {
  await mkdir(dir)
  const [config, keyFile] = [join(dir, 'wakecall.toml'), join(dir, 'key.pem')]
  const wakecall = (args: string) => run(`${WAKECALL} ${args}`, { cwd: dir, env })
  let service: Running | undefined
  let url = ''
  return {
    keyFile,
    async enrol(relay, code) {
      const printed = await wakecall(`enrol ${relay} ${code} --config ${config} --data ${join(dir, 'data')}`)
      secretPem(await readFile(keyFile, 'utf8'))
      return printed
    },
    keys: () => wakecall(`keys list --config ${config}`),
    async serve(app) {
      const settings = await readFile(config, 'utf8')
      const changed = settings
        .replace(/^# listen = .*$/m, 'listen = "127.0.0.1:0"')
        .replace(/^# defaultApp = .*$/m, `defaultApp = "${app}"`)
      await writeFile(config, changed)
      const listening = /"url":"(http[^"]+)"/
      service = await start(`exec ${WAKECALL} serve --config ${config}`, listening, { cwd: dir, env })
      url = listening.exec(service.output())?.[1] ?? ''
    },
    async pns(path, params) {
      const response = await fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(params) })
      if (!response.ok) throw new Error(`the PNS answered ${response.status} to ${path}: ${await response.text()}`)
    },
    ask: async <T>(command: string) => JSON.parse(await wakecall(`${command} --json --pns ${url}`)) as T,
    async impostor(other, key) {
      const machine = await createPbxMachine(other, env)
      await writeFile(machine.keyFile, key, { mode: 0o600 })
      await writeFile(join(other, 'wakecall.toml'), (await readFile(config, 'utf8')).replaceAll(dir, other))
      return machine
    },
    log: () => service?.output() ?? '',
    close: async () => service?.interrupt(),
  }
}

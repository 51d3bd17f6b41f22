import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { expect, type TestContext } from 'vitest'
import { startAsterisk } from '../asterisk.ts'
import { openNamespace } from '../namespace.ts'
import { baresipIn } from './baresip.ts'
import { linphoneIn } from './linphone.ts'
import { observe } from './observe.ts'
import { type Program, startProgram } from './process.ts'
import { objectsIn, pushesOf } from './pushes.ts'
import { ARI, type AsteriskOptions, settingsFiles } from './settings.ts'
import { sippIn } from './sipp.ts'
import { until } from './until.ts'

const at = (path: string) => join(import.meta.dirname, path)
const WAKECALL = at('../../../pbx/wakecall.ts')

export type World = Awaited<ReturnType<typeof openWorld>>

/** `files`: more settings of Asterisk. `top`: settings of the PNS. */
export type WorldOptions = AsteriskOptions & { files?: Record<string, string>; top?: Record<string, unknown> }

/** The local cloud, an Asterisk, and whoever calls and is called, on a loopback of their own. */
export async function openWorld({ endpoints, files, top, ...options }: WorldOptions) {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-asterisk-'))
  const namespace = await openNamespace()
  const programs: Program[] = []
  let port = 20_000
  const freePort = () => {
    port += 10
    return port
  }

  function program(...command: string[]): Program {
    const started = startProgram(namespace, [process.execPath, ...command])
    programs.push(started)
    return started
  }

  async function ready(started: Program, says: string): Promise<Program> {
    await until(() => expect(started.output()).toContain(says))
    return started
  }

  const keyFile = join(dir, 'key.pem')
  const cloud = await ready(program(at('cloud.ts'), keyFile), 'listening')
  const [{ app = '' } = {}] = objectsIn<{ app: string }>(cloud.output())
  const asterisk = await startAsterisk(namespace, {
    ...settingsFiles({ ...options, endpoints: ['caller', ...endpoints] }),
    ...files,
  })
  const observed = observe(asterisk)
  const curl = (path: string, ...args: string[]) => namespace.run(['curl', '-sS', ...args, `http://127.0.0.1:7460${path}`])

  /** Runs the command with a file of settings: of the PNS, and with `ari` of the application too. */
  function wakecall(command: 'serve' | 'ari', name: string, ari?: Record<string, unknown>): Program {
    const common = { relay: 'http://127.0.0.1:7461', pbx: 'hq', keyFile, dataDir: join(dir, 'data'), defaultApp: app, ...top }
    writeFileSync(join(dir, name), stringify({ ...common, ...(ari && { ari: { ...ARI, ...ari } }) }))
    return program(WAKECALL, command, '--config', join(dir, name))
  }

  const ATTACHED = 'attached to Asterisk'
  const startAri = (name: string, ari: Record<string, unknown>) => wakecall('ari', name, ari)

  return {
    ...baresipIn(namespace, dir, freePort),
    ...pushesOf(cloud, curl),
    ...observed,
    sipp: sippIn(namespace, dir, freePort),
    linphone: linphoneIn(namespace, dir, freePort),
    cloud,
    asterisk,
    program,
    curl,
    /** The PNS, and in it the application with these settings. */
    serve: (ari: Record<string, unknown> = {}) => ready(wakecall('serve', 'wakecall.toml', ari), ATTACHED),
    servePns: () => ready(wakecall('serve', 'pns.toml'), '"listening"'),
    /** The application alone: with these settings, and attached through this port. */
    startAri,
    ari: (port = 8088) => ready(startAri(`ari-${port}.toml`, { url: `http://127.0.0.1:${port}/ari` }), ATTACHED),
    /** What stands between the application and Asterisk, when it is told to use this port. */
    wire: (port: number) => ready(program(at('cut.ts'), String(port), '8088'), 'listening'),
    /** Every call of the test has to end. If it fails, its programs say what they did. */
    async endTest({ task }: TestContext): Promise<void> {
      if (task.result?.state === 'fail') {
        const said = [...programs, asterisk].map(({ output }) => output().split('\n').slice(-40).join('\n'))
        process.stderr.write(`${said.join('\n---\n')}\n`)
      }
      await observed.idle()
    },
    async close(): Promise<void> {
      await namespace.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

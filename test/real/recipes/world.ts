import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { expect, vi } from 'vitest'
import type { Received } from '../../client/stub-relay.ts'
import { type Namespace, openNamespace, type Started } from '../namespace.ts'

const PATIENCE = { timeout: 30_000, interval: 50 }
const at = (path: string) => join(import.meta.dirname, path)
const PNS = 'http://127.0.0.1:7460'

export const until = <T>(condition: () => T | Promise<T>): Promise<T> => vi.waitFor(condition, PATIENCE)

/** A relay, a PNS and whoever calls and is called, on a loopback of their own. */
export type World = Awaited<ReturnType<typeof openWorld>>

export async function openWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-recipes-'))
  const namespace = await openNamespace()
  const config = join(dir, 'wakecall.toml')
  const keyFile = join(dir, 'key.pem')
  const settings = { relay: 'http://127.0.0.1:7461', pbx: 'hq', keyFile, dataDir: join(dir, 'data'), defaultApp: 'phone' }
  writeFileSync(config, stringify(settings))
  const relay = namespace.start([process.execPath, at('relay.ts'), keyFile])
  await until(() => expect(relay.output()).toContain('listening'))

  const received = (): Received[] =>
    relay
      .output()
      .split('\n')
      .flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line)] : []))

  const curl = (path: string, ...args: string[]) => namespace.run(['curl', '-sS', ...args, `${PNS}${path}`])

  return {
    dir,
    namespace,
    /** What reached the relay with this method, its path beginning so. */
    told: (method: string, start: string) =>
      received().filter((request) => request.method === method && request.path.startsWith(start)),
    curl,
    async startPns(): Promise<void> {
      const pns = namespace.start([process.execPath, at('../../../pbx/wakecall.ts'), 'serve', '--config', config])
      await until(() => expect(pns.output()).toContain('"listening"'))
    },
    async stopPns(): Promise<void> {
      await curl('/stop', '-X', 'POST')
      await until(() => expect(curl('/health')).rejects.toThrow('connect'))
    },
    register: (extension: string, token: string) =>
      curl('/register', '-d', `extension=${extension}`, '-d', 'platform=ios', '-d', `token=${token}`),
    async close(): Promise<void> {
      await namespace.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** SIP by sipp: each of `who` at a port of its own on the loopback, toward the PBX at 5060. */
export function sippIn(namespace: Namespace, dir: string) {
  let port = 30_000
  const command = (...args: string[]) => {
    port += 1
    return ['sipp', '-i', '127.0.0.1', '-p', String(port), '-nostdin', ...args, '127.0.0.1:5060']
  }
  const start = (...args: string[]) => namespace.start(command(...args))

  return {
    /** A phone that answers; `invites` are the first lines of those that it got. */
    phone() {
      const messages = join(dir, `phone-${port + 1}`)
      const started = start('-sn', 'uas', '-trace_msg', '-message_file', messages)
      return { ...started, address: `127.0.0.1:${port}`, messages }
    },
    register: (extension: string, contact: string) =>
      namespace.run(command('-sf', at('register.xml'), '-m', '1', '-s', extension, '-key', 'contact', contact)),
    /** A caller who talks for a moment, and who fails if nobody answers. */
    call: (extension: string): Started => start('-sf', at('call.xml'), '-m', '1', '-s', extension),
    /** A caller who hangs up while it rings. */
    hangUp: (extension: string) => namespace.run(command('-sf', at('hang-up.xml'), '-m', '1', '-s', extension)),
  }
}

/** The exit code of a caller: 0 if all went as the scenario has it. */
export async function outcome({ child }: Started): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const [code] = await once(child, 'close')
  return code as number | null
}

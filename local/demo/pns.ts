import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const WAKECALL = fileURLToPath(new URL('../../pbx/wakecall.ts', import.meta.url))
const START_MS = 10_000

/** The PNS as it runs beside a PBX: a process of its own, which knows nothing of the local cloud but its address. It listens at `socket`. */
export type PnsProcess = {
  get: <T>(path: string, params?: Record<string, string>) => Promise<T>
  post: <T>(path: string, params: Record<string, string>) => Promise<T>
  close: () => Promise<void>
  /** Its settings file. */
  config: string
}

export type PnsOptions = { relayUrl: string; socket: string; dir: string; pbx: string; keyFile: string; app: string }

export async function startPns({ relayUrl, socket, dir, pbx, keyFile, app }: PnsOptions): Promise<PnsProcess> {
  mkdirSync(dir, { recursive: true })
  const config = join(dir, 'wakecall.toml')
  const settings = {
    relay: relayUrl,
    pbx,
    keyFile,
    dataDir: join(dir, 'pns'),
    listen: `unix:${socket}`,
    defaultApp: app,
    console: 'full',
  }
  // A JSON string is a TOML basic string.
  writeFileSync(
    config,
    Object.entries(settings)
      .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
      .join(''),
  )
  const child = spawn(process.execPath, [WAKECALL, 'serve', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] })
  await listening(child)

  return {
    config,
    get: (path, params) => ask(socket, 'GET', `${path}?${new URLSearchParams(params)}`),
    post: (path, params) => ask(socket, 'POST', path, JSON.stringify(params)),
    close: async () => {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** Rejects with what the PNS says when it refuses. */
async function ask<T>(socketPath: string, method: string, path: string, body?: string): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const asked = request({ socketPath, method, path, headers }).end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const answer = JSON.parse(await text(response))
  if ((response.statusCode ?? 500) >= 400) throw new Error(`the PNS answered ${response.statusCode}: ${answer.detail}`)
  return answer
}

/** Rejects with what the PNS printed if it ends before it listens, or listens too late. */
async function listening(child: ChildProcess): Promise<void> {
  let [stdout, stderr] = ['', '']
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.on('exit', () => reject(new Error(`the PNS did not start\n${stderr}`)))
  child.stdout?.on('data', (chunk) => {
    stdout = `${stdout}${chunk}`.slice(-10_000)
    if (/"url":"[^"]+"/.test(stdout)) resolve()
  })
  const timer = setTimeout(() => reject(new Error(`the PNS did not listen within ${START_MS / 1000} s\n${stderr}`)), START_MS)
  return promise.finally(() => clearTimeout(timer))
}

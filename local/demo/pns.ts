import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const WAKECALL = fileURLToPath(new URL('../../pbx/wakecall.ts', import.meta.url))
const START_MS = 10_000

/** The PNS as it runs beside a PBX: a process of its own, which knows nothing of the local cloud but its address. */
export type PnsProcess = {
  url: string
  get: <T>(path: string, params?: Record<string, string>) => Promise<T>
  post: <T>(path: string, params: Record<string, string>) => Promise<T>
  close: () => Promise<void>
}

export type PnsOptions = { relayUrl: string; port: number; dir: string; pbx: string; keyFile: string; app: string }

export async function startPns({ relayUrl, port, dir, pbx, keyFile, app }: PnsOptions): Promise<PnsProcess> {
  mkdirSync(dir, { recursive: true })
  const config = join(dir, 'wakecall.toml')
  const settings = {
    relay: relayUrl,
    pbx,
    keyFile,
    dataDir: join(dir, 'pns'),
    listen: `127.0.0.1:${port}`,
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
  const url = await listening(child)

  async function answer<T>(response: Response): Promise<T> {
    const body = await response.text()
    if (!response.ok) throw new Error(`the PNS answered ${response.status}: ${body}`)
    return JSON.parse(body) as T
  }
  return {
    url,
    get: async (path, params) => answer(await fetch(`${url}${path}?${new URLSearchParams(params)}`)),
    post: async (path, params) => answer(await fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(params) })),
    close: async () => {
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** The address that the PNS logs when it listens. Rejects with what it printed if it ends before, or listens too late. */
async function listening(child: ChildProcess): Promise<string> {
  let [stdout, stderr] = ['', '']
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  child.on('exit', () => reject(new Error(`the PNS did not start\n${stderr}`)))
  child.stdout?.on('data', (chunk) => {
    stdout = `${stdout}${chunk}`.slice(-10_000)
    const url = /"url":"([^"]+)"/.exec(stdout)?.[1]
    if (url) resolve(url)
  })
  const timer = setTimeout(() => reject(new Error(`the PNS did not listen within ${START_MS / 1000} s\n${stderr}`)), START_MS)
  return promise.finally(() => clearTimeout(timer))
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { bundleClient } from '../packaging/bundle.ts'
import { start } from './child.ts'
import { BENCH_KEY } from './fixture.ts'

export type Target = { url: string; pid: number }
export type RunningPns = Target & { startMs: number; stop: () => Promise<unknown> }

/** The command of a PNS: the client as one file, as it is packaged. */
export async function bundledCommand(dir: string): Promise<string[]> {
  const file = join(dir, 'wakecall.cjs')
  await writeFile(file, (await bundleClient()).code)
  return [process.execPath, '--disable-warning=ExperimentalWarning', file]
}

export async function inTemporaryDir<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'wakecall-bench-'))
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true })
  }
}

async function settingsIn(dir: string, relay: string): Promise<string> {
  const file = (name: string) => join(dir, name)
  await writeFile(file('key.pem'), BENCH_KEY.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const settings = {
    relay,
    pbx: 'bench',
    keyFile: file('key.pem'),
    dataDir: file('data'),
    listen: '127.0.0.1:0',
    defaultApp: 'phone',
  }
  const toml = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
  await writeFile(file('wakecall.toml'), toml.join(''))
  return file('wakecall.toml')
}

/** The address in the line that says that it listens; what is said after it is thrown away. */
async function listening(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the output of the PNS is not a pipe')
  for await (const line of createInterface(child.stdout)) {
    const url = /"url":"([^"]+)"/.exec(line)?.[1]
    if (url) return url
  }
  throw new Error('the PNS did not start')
}

/** The PNS as people run it, `serve` before the relay; its data are in `dir`. `startMs`: until it listens. */
export async function startPns([program = '', ...args]: string[], dir: string, relay: string): Promise<RunningPns> {
  const config = await settingsIn(dir, relay)
  const began = performance.now()
  const child = spawn(program, [...args, 'serve', '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await listening(child)
  const startMs = performance.now() - began
  child.stdout.resume()
  const stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return { url, pid: child.pid as number, startMs, stop }
}

/** Seconds of CPU that a process has used (proc(5); Linux counts in hundredths). */
export async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export async function residentMiB(pid: number): Promise<number> {
  const kib = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

/** The stub relay in a process of its own, for as long as `work` takes. */
export async function withStubRelay<T>(work: (stub: Target) => Promise<T>): Promise<T> {
  const { first, child } = await start<string>('./stub-relay.ts')
  try {
    return await work({ url: first, pid: child.pid as number })
  } finally {
    child.kill()
  }
}

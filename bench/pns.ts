import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import autocannon from 'autocannon'
import { start } from './child.ts'
import { BENCH_KEY } from './fixture.ts'
import { percentile, type Row, valueRow } from './row.ts'

const SECONDS = 10
const WARM_UP_SECONDS = 3
const STEADY = 200

type Target = { url: string; pid: number }

/** The PNS as people run it: the command `serve`, its log in a file. */
async function startPns(relay: string, dir: string): Promise<Target & { stop: () => Promise<unknown> }> {
  const file = (name: string) => join(dir, name)
  await writeFile(file('key.pem'), BENCH_KEY.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const settings = { relay, pbx: 'bench', keyFile: file('key.pem'), dataDir: file('data'), listen: '127.0.0.1:0' }
  const toml = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  await writeFile(file('wakecall.toml'), [...toml, '[log]', `file = ${JSON.stringify(file('log'))}`].join('\n'))
  const wakecall = join(import.meta.dirname, '../client/wakecall.ts')
  const child = spawn(process.execPath, [wakecall, 'serve', '--config', file('wakecall.toml')], { stdio: 'inherit' })
  const stop = async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
    await rm(file('log'))
  }
  for (;;) {
    const url = /"url":"([^"]+)"/.exec(await readFile(file('log'), 'utf8').catch(() => ''))?.[1]
    if (url) return { url: `${url}/push_call`, pid: child.pid as number, stop }
    if (child.exitCode !== null) throw new Error('the PNS did not start')
    await sleep(20)
  }
}

/** Seconds of CPU that a process has used (proc(5); Linux counts in hundredths). */
async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function residentMiB(pid: number): Promise<number> {
  const kib = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

const BODY = JSON.stringify({ to: '1001', from: '+442079460000', name: 'Ada Lovelace' })
const HEADERS = { 'content-type': 'application/json' }

/** As many requests as 16 connections can make. */
async function saturate(url: string, duration: number): Promise<number> {
  const result = await autocannon({ url, method: 'POST', headers: HEADERS, body: BODY, connections: 16, duration })
  if (result.non2xx + result.errors > 0) throw new Error(`${result.non2xx + result.errors} of the requests to ${url} failed`)
  return result['2xx']
}

/** Milliseconds of each of evenly spaced requests, from the moment when it was due: a late one delays no other. */
async function steady(url: string): Promise<number[]> {
  const agent = new Agent({ keepAlive: true })
  const begin = performance.now()
  const latencies = await Promise.all(
    Array.from({ length: SECONDS * STEADY }, async (_, i) => {
      const due = begin + (i * 1000) / STEADY
      await sleep(Math.max(0, due - performance.now()))
      const [response] = await once(request(url, { method: 'POST', headers: HEADERS, agent }).end(BODY), 'response')
      await once(response.resume(), 'end')
      if (response.statusCode >= 300) throw new Error(`${url} answered ${response.statusCode}`)
      return performance.now() - due
    }),
  )
  agent.destroy()
  return latencies
}

type Measured = { perCpuSecond: number; p50: number; p99: number; rss: number }

async function measure({ url, pid }: Target): Promise<Measured> {
  await saturate(url, WARM_UP_SECONDS)
  const before = await cpuSeconds(pid)
  const calls = await saturate(url, SECONDS)
  const perCpuSecond = calls / ((await cpuSeconds(pid)) - before)
  const latencies = await steady(url)
  return { perCpuSecond, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), rss: await residentMiB(pid) }
}

/** `push_call` through the PNS to a stub relay, against the same load straight on the stub. */
export async function benchPns(): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'wakecall-bench-'))
  const stub = await start<string>('./stub-relay.ts')
  // Its second start is the usual one: the first leaves its compiled code behind.
  await (await startPns(stub.first, dir)).stop()
  const pns = await startPns(stub.first, dir)
  try {
    const base = await measure({ url: `${stub.first}/v1/calls`, pid: stub.child.pid as number })
    const ours = await measure(pns)
    const row = (name: string, unit: string, of: keyof Measured, bound: '<=' | '>=', limit: number) =>
      valueRow({ name, unit, value: ours[of], baseline: base[of] }, bound, limit)
    return [
      row('pns.rate', 'calls/s of one core', 'perCpuSecond', '>=', 1000),
      row('pns.p50', 'ms at 200/s', 'p50', '<=', 10),
      row('pns.p99', 'ms at 200/s', 'p99', '<=', 20),
      row('pns.rss', 'MiB', 'rss', '<=', 120),
    ]
  } finally {
    await pns.stop()
    stub.child.kill()
    await rm(dir, { recursive: true })
  }
}

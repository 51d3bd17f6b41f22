import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { start } from './child.ts'
import { BENCH_KEY } from './fixture.ts'
import { type Row, valueRow } from './row.ts'

const SECONDS = 10
const WARM_UP_SECONDS = 3
const STEADY = 200

type Target = { url: string; pid: number }

/** The PNS as people run it: the command `serve`, its log going nowhere. */
async function startPns(relay: string, dir: string): Promise<Target & { stop: () => Promise<unknown> }> {
  const [config, keyFile] = [join(dir, 'wakecall.toml'), join(dir, 'key.pem')]
  await writeFile(keyFile, BENCH_KEY.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const settings = { relay, pbx: 'bench', keyId: 'k1', keyFile, dataDir: join(dir, 'data'), listen: '127.0.0.1:0' }
  await writeFile(
    config,
    Object.entries(settings)
      .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
      .join(''),
  )
  const wakecall = join(import.meta.dirname, '../client/wakecall.ts')
  const child = spawn(process.execPath, [wakecall, 'serve', '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk) => {
      const found = /"url":"([^"]+)"/.exec(String(chunk))?.[1]
      if (found) resolve(found)
    })
  })
  const stop = () => {
    child.kill('SIGTERM')
    return once(child, 'exit')
  }
  return { url: `${url}/push_call`, pid: child.pid as number, stop }
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

const fire = (url: string, options: Partial<autocannon.Options>) =>
  autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ to: '1001', from: '+442079460000', name: 'Ada Lovelace' }),
    connections: 16,
    ...options,
  })

type Measured = { perCpuSecond: number; p99: number; rss: number }

/** Saturated, then at a steady 200 a second. Every answer must be a good one. */
async function measure({ url, pid }: Target): Promise<Measured> {
  await fire(url, { duration: WARM_UP_SECONDS })
  const before = await cpuSeconds(pid)
  const full = await fire(url, { duration: SECONDS })
  const perCpuSecond = full['2xx'] / ((await cpuSeconds(pid)) - before)
  const steady = await fire(url, { duration: SECONDS, overallRate: STEADY })
  const bad = full.non2xx + full.errors + steady.non2xx + steady.errors
  if (bad > 0) throw new Error(`${bad} of the requests to ${url} failed`)
  return { perCpuSecond, p99: steady.latency.p99, rss: await residentMiB(pid) }
}

/** `push_call` through the PNS to a stub relay, against the same load straight on the stub. */
export async function benchPns(): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'wakecall-bench-'))
  const stub = await start<string>('./stub-relay.ts')
  const pns = await startPns(stub.first, dir)
  try {
    const base = await measure({ url: `${stub.first}/v1/calls`, pid: stub.child.pid as number })
    const ours = await measure(pns)
    const row = (name: string, unit: string, of: keyof Measured, bound: '<=' | '>=', limit: number) =>
      valueRow({ name, unit, value: ours[of], baseline: base[of] }, bound, limit)
    return [
      row('pns.rate', 'calls/s of one core', 'perCpuSecond', '>=', 1000),
      row('pns.p99', 'ms at 200/s', 'p99', '<=', 20),
      row('pns.rss', 'MiB', 'rss', '<=', 120),
    ]
  } finally {
    await pns.stop()
    stub.child.kill()
    await rm(dir, { recursive: true })
  }
}

import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type BuildOptions, build } from 'esbuild'
import { benchEnv } from './fixture.ts'
import { median, type Row, ratioRow, valueRow } from './row.ts'

const TURNS = 15
const LIMIT_BYTES = 450_000

/** The options of lib/function.ts, which test/lib/bundle.test.ts holds the deployed bundle to. */
const OPTIONS: BuildOptions = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
}

/** The two SDK clients alone, with the commands of a call. */
const CLIENTS = `
  import { DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
  import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
  export const clients = [new DynamoDBClient({}), new SNSClient({}), QueryCommand, UpdateItemCommand, PublishCommand]
`

const IMPORT = 'const t = performance.now(); await import(process.argv[1]); process.stdout.write(String(performance.now() - t))'

/** Milliseconds to import a bundle, in a new process. */
async function importTime(bundle: string): Promise<number> {
  const env = { ...process.env, ...benchEnv('http://127.0.0.1:9') }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', IMPORT, bundle], { env })
  return Number(stdout)
}

/** Size and import time of the function `calls`: new processes in turns, the ratio of each pair. */
export async function benchBundle(): Promise<Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'wakecall-bench-'))
  const root = join(import.meta.dirname, '..')
  try {
    const [calls, clients] = [join(dir, 'calls.mjs'), join(dir, 'clients.mjs')]
    await build({ ...OPTIONS, entryPoints: [join(root, 'lambdas/calls/handler.ts')], outfile: calls })
    await build({ ...OPTIONS, stdin: { contents: CLIENTS, resolveDir: root }, outfile: clients })
    const pairs: { ours: number; base: number }[] = []
    for (let turn = 0; turn <= TURNS; turn++) pairs.push({ ours: await importTime(calls), base: await importTime(clients) })
    pairs.shift()
    const baseline = median(pairs.map(({ base }) => base))
    const ratio = median(pairs.map(({ ours, base }) => ours / base))
    const [bytes, baseBytes] = await Promise.all([calls, clients].map(async (file) => (await stat(file)).size))
    return [
      ratioRow({ name: 'calls.import', unit: 'ms', value: baseline * ratio, baseline }, 1.2),
      valueRow(
        { name: 'calls.bundle', unit: 'bytes', value: bytes ?? Number.NaN, baseline: baseBytes ?? Number.NaN },
        '<=',
        LIMIT_BYTES,
      ),
    ]
  } finally {
    await rm(dir, { recursive: true })
  }
}

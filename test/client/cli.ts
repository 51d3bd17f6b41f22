import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { expect, onTestFinished, vi } from 'vitest'
import { keyFileIn, temporaryDir } from './harness.ts'

type Outcome = { code: number | null; out: string; err: string }

/** The command `wakecall` as a process. */
export function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['pbx/wakecall.ts', ...args], { env: { ...process.env, ...env, NO_COLOR: '1' } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const outcome: Outcome = { code: null, out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    outcome.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    outcome.err += chunk
  })
  return { child, outcome }
}

export async function ended(child: ChildProcess, outcome: Outcome): Promise<Outcome> {
  const [code] = await once(child, 'close')
  return { ...outcome, code }
}

export function run(args: string[], env?: Record<string, string>): Promise<Outcome> {
  const { child, outcome } = start(args, env)
  return ended(child, outcome)
}

/** A settings file for `serve`, good but for `change`. */
export function settingsFile(relay: string, change: Record<string, unknown> = {}): string {
  const dir = temporaryDir()
  const file = join(dir, 'wakecall.toml')
  const good = { relay, pbx: 'hq', keyFile: keyFileIn(dir), dataDir: join(dir, 'data'), listen: '127.0.0.1:0' }
  writeFileSync(file, stringify({ ...good, ...change }))
  return file
}

/** `serve` as a process, when it listens. */
export async function serve(config: string) {
  const { child, outcome } = start(['serve', '--config', config])
  const url = await vi.waitFor(() => {
    const listening = outcome.out.split('\n').find((line) => line.includes('"listening"'))
    expect(listening, outcome.err).toBeDefined()
    return String(JSON.parse(listening ?? '').url)
  }, 15_000)
  return { child, outcome, url }
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Patience } from '../../client/clock.ts'
import { type Settings, settingsFrom } from '../../client/load-settings.ts'
import { startPns } from '../../client/start.ts'
import { pem } from './keys.ts'
import { type StubRelay, startStubRelay } from './stub-relay.ts'

export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'wakecall-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export async function stubRelay(port = 0): Promise<StubRelay> {
  const relay = await startStubRelay(port)
  onTestFinished(() => relay.close())
  return relay
}

export function keyFileIn(dir: string): string {
  const file = join(dir, 'key.pem')
  writeFileSync(file, pem, { mode: 0o600 })
  return file
}

/** Waits pass at once; `each` happens at each of them. */
export function virtualPatience(each: () => void = () => {}): Patience {
  let now = 0
  return {
    monotonic: () => now,
    sleep: async (ms) => {
      now += ms
      each()
    },
  }
}

type Overrides = Record<string, unknown> & { dir?: string }

export function settingsFor(relay: string, { dir = temporaryDir(), ...overrides }: Overrides = {}): Settings {
  const log = { level: 'debug', file: join(dir, 'pns.log') }
  const base = { relay, pbx: 'hq', keyFile: keyFileIn(dir), dataDir: join(dir, 'data'), listen: '127.0.0.1:0' }
  return settingsFrom({ ...base, pushBudgetMs: 1000, defaultApp: 'com.example.phone', log, ...overrides })
}

export type Reply = { status: number; headers: Headers; text: string; json: () => ReturnType<typeof JSON.parse> }

/** A PNS on a port of its own, and a function that asks it. */
export async function runPns(settings: Settings, readSettings?: () => Settings) {
  const pns = await startPns(settings, readSettings)
  onTestFinished(() => pns.close())
  const ask = async (path: string, init: RequestInit = {}): Promise<Reply> => {
    const response = await fetch(new URL(path, pns.url), init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
  }
  const post = (path: string, body: object, headers = {}) =>
    ask(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) })
  const log = () => (settings.log.file ? readFileSync(settings.log.file, 'utf8') : '')
  return { ...pns, ask, post, log }
}

export type TestPns = Awaited<ReturnType<typeof runPns>>

/** A PNS before a relay where all is well. */
export async function runBoth(overrides: Overrides = {}) {
  const relay = await stubRelay()
  const pns = await runPns(settingsFor(relay.url, overrides))
  return { relay, pns }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Ask } from './ask.ts'
import type { Random } from './random.ts'

const LOOK_MS = 25
const SOON_MS = 100
const RESTART_MS = 200
const ROOT = join(import.meta.dirname, '../..')
const SHIFTED_CLOCK = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href

export type PnsFiles = { config: string; log: string; clock: string }
type Ended = { asked: boolean; code: number | null; signal: NodeJS.Signals | null }

export type PnsProcess = ReturnType<typeof createPnsProcess>

/** The real PNS as a process that dies and comes back. `ended` is told of each end, and of whether it was asked for. */
export function createPnsProcess(files: PnsFiles, ask: Ask, ended: (end: Ended) => void) {
  const log = openSync(files.log, 'a')
  const env = { ...process.env, WAKECALL_FAULTS_CLOCK: files.clock, TZ: 'UTC' }
  const args = ['--import', SHIFTED_CLOCK, 'pbx/wakecall.ts', 'serve', '--config', files.config]
  let child: ChildProcess | undefined
  let ready = Promise.withResolvers<void>()
  let [isReady, starts, longestStopMs] = [false, 0, 0]

  async function untilReady(of: ChildProcess): Promise<void> {
    while (child === of) {
      const reply = await ask('/health')
      if (typeof reply === 'object' && child === of && !of.killed) {
        isReady = true
        return ready.resolve()
      }
      await sleep(LOOK_MS)
    }
  }

  function start(): void {
    if (child) return
    starts += 1
    const fresh = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', log, log] })
    child = fresh
    fresh.on('exit', (code, signal) => {
      if (!fresh.killed) ready = Promise.withResolvers()
      isReady = false
      child = undefined
      ended({ asked: fresh.killed, code, signal })
      // As its service manager does.
      if (!fresh.killed) setTimeout(start, RESTART_MS)
    })
    void untilReady(fresh)
  }

  /** `SIGKILL` at any moment, `SIGTERM` to have it end by itself. */
  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!child) return
    const [exit, asked] = [once(child, 'exit'), performance.now()]
    isReady = false
    ready = Promise.withResolvers()
    child.kill(signal)
    await exit
    if (signal === 'SIGTERM') longestStopMs = Math.max(longestStopMs, performance.now() - asked)
  }

  return {
    start,
    end,
    /** When it answers. */
    ready: () => ready.promise,
    /** When it answers, or soon, to look whether there is still anything to wait for. */
    readySoon: async () => {
      await Promise.race([ready.promise, sleep(SOON_MS)])
      return isReady
    },
    alive: () => child !== undefined,
    starts: () => starts,
    longestStopMs: () => longestStopMs,
  }
}

/** Ends the PNS again and again, now and then while it is starting, and starts it again, until it is told to stop. */
export async function reap(pns: PnsProcess, random: Random, stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    if (random.chance(0.8)) await Promise.race([pns.ready(), sleep(5000)])
    await sleep(random.between(0, random.chance(0.2) ? 600 : 7000))
    if (stopped()) return
    await pns.end(random.chance(0.85) ? 'SIGKILL' : 'SIGTERM')
    if (random.chance(0.3)) await sleep(random.between(0, 1000))
    pns.start()
  }
}

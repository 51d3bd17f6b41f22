import { mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import type { Companion } from '../companion.ts'
import { assertVacant } from '../http/door.ts'
import { loadSettings } from '../load-settings.ts'
import type { RunningPns } from '../start.ts'
import { command, configArgs } from './command.ts'

/** What signals work on: a PNS as soon as there is one. */
type Running = { pns?: RunningPns; stopping: boolean }

/**
 * SIGUSR1 is what logrotate sends, SIGHUP what a reload does. Left to Node, the one opens its debugger to everybody on this
 * machine and the other ends the process: they are taken before anything else, and mean nothing until there is a PNS. The
 * first signal to stop drains, the second exits at once.
 */
function takeSignals(): Running {
  const running: Running = { stopping: false }
  const stop = () => {
    if (running.stopping) process.exit(1)
    running.stopping = true
    void running.pns?.close()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGUSR1', () => running.pns?.reopenLog())
  process.on('SIGHUP', () => {
    try {
      running.pns?.reload()
    } catch {
      // The log says why, and the old settings stay.
    }
  })
  return running
}

/** From its second start on the PNS loads compiled code: it is there sooner, and 15 MB smaller. */
function keepCompiledCode(dataDir: string): void {
  try {
    // The cache would make the folder for everybody, and the store keeps tokens there.
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    enableCompileCache(join(dataDir, 'compile-cache'))
  } catch {
    // The store says what is wrong with the folder.
  }
}

export const serveWith = (companions: readonly Companion[]) =>
  command({
    meta: { name: 'serve', description: 'Run the PNS beside the PBX' },
    args: configArgs,
    async run({ args }) {
      const running = takeSignals()
      const settings = loadSettings(args.config)
      // Before anything is made: where another PNS runs, this one leaves nothing behind.
      await assertVacant(settings.listen)
      keepCompiledCode(settings.dataDir)
      const { startPns } = await import('../start.ts')
      const { createExamine } = await import('../console/examine.ts')
      const pns = await startPns(settings, () => loadSettings(args.config), companions, createExamine(args.config))
      running.pns = pns
      if (running.stopping) void pns.close()
      await pns.closed
    },
  })

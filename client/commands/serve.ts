import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { loadSettings } from '../load-settings.ts'
import type { RunningPns } from '../start.ts'
import { command, configArgs } from './command.ts'

/** The first signal drains, the second exits at once. */
function handleSignals(pns: RunningPns): void {
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    void pns.close()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('SIGHUP', () => {
    try {
      pns.reload()
    } catch {
      // The log says why, and the old settings stay.
    }
  })
}

export const serve = command({
  meta: { name: 'serve', description: 'Run the PNS beside the PBX' },
  args: configArgs,
  async run({ args }) {
    const settings = loadSettings(args.config)
    // Compiled code is there sooner, and 15 MB smaller. The folder is the store's to make, for this user alone.
    if (existsSync(settings.dataDir)) enableCompileCache(join(settings.dataDir, 'compile-cache'))
    const { startPns } = await import('../start.ts')
    const pns = await startPns(settings, () => loadSettings(args.config))
    handleSignals(pns)
    await pns.closed
  },
})

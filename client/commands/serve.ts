import { setFlagsFromString } from 'node:v8'
import { loadSettings } from '../load-settings.ts'
import type { RunningPns } from '../start.ts'
import { command, configArgs } from './command.ts'

/** What a call leaves behind is dead at once: V8 would rather let it grow to hundreds of megabytes than collect it. */
const SMALL_HEAP = ['--optimize-for-size', '--max-semi-space-size=1', '--semi-space-growth-factor=1']

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
    for (const flag of SMALL_HEAP) setFlagsFromString(flag)
    const settings = loadSettings(args.config)
    const { startPns } = await import('../start.ts')
    const pns = await startPns(settings, () => loadSettings(args.config))
    handleSignals(pns)
    await pns.closed
  },
})

import { systemClock } from './clock.ts'
import type { Companion } from './companion.ts'
import type { Examine } from './console/examine.ts'
import { listenAt } from './http/door.ts'
import type { Settings } from './load-settings.ts'
import { createLog, openLogOutput } from './log.ts'
import { createPns, type Pns } from './pns.ts'
import { createRelay } from './relay/relay.ts'
import { createStore } from './store/store.ts'
import { VERSION } from './version.ts'

/** `url`: where it listens, `unix:` and a path for a socket. `reopenLog`: for logrotate. */
export type RunningPns = Pick<Pns, 'reload' | 'close' | 'closed'> & { url: string; reopenLog: () => void }

/** Starts a PNS and listens. Throws `SettingsError` if the settings turn out not to work on this machine. */
export async function startPns(
  settings: Settings,
  readSettings: () => Settings = () => settings,
  companions: readonly Companion[] = [],
  examine?: Examine,
): Promise<RunningPns> {
  const clock = systemClock
  const output = openLogOutput(settings)
  const log = createLog(settings, output)
  const store = createStore(settings.dataDir, clock)
  const relay = createRelay(settings, clock, store.addresses)
  relay.keepWarm()
  let beside: Awaited<ReturnType<Companion>>[] = []
  const leave = async () => void (await Promise.all(beside.map((companion) => companion?.close())))
  const pns = createPns({ settings, relay, store, log, clock, readSettings, leave, examine })
  try {
    const url = await listenAt(pns.server, settings.listen)
    log.info({ version: VERSION, url, relay: settings.relay, pbx: settings.pbx, ...store.counts() }, 'listening')
    const started = await Promise.allSettled(companions.map((start) => start({ settings, log, url, registry: pns.registry })))
    beside = started.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    for (const one of started) if (one.status === 'rejected') throw one.reason
    return { ...pns, url, reopenLog: output.reopen }
  } catch (error) {
    // What has not begun cannot stop: the error says all.
    log.level = 'silent'
    await pns.close()
    throw error
  }
}

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { systemClock } from './clock.ts'
import { parseListen, urlOf } from './listen.ts'
import type { Settings } from './load-settings.ts'
import { createLog } from './log.ts'
import { createPns, type Pns } from './pns.ts'
import { keptWarm } from './relay/keep-warm.ts'
import { createRelay } from './relay/relay.ts'
import { SettingsError } from './settings.ts'
import { createStore } from './store/store.ts'
import { VERSION } from './version.ts'

export type RunningPns = Pick<Pns, 'reload' | 'close' | 'closed'> & { url: string }

/** Starts a PNS and listens. Throws `SettingsError` if the settings turn out not to work on this machine. */
export async function startPns(settings: Settings, readSettings: () => Settings = () => settings): Promise<RunningPns> {
  const clock = systemClock
  const log = createLog(settings)
  const store = createStore(settings.dataDir, clock)
  const relay = keptWarm(createRelay(settings, clock))
  const pns = createPns({ settings, relay, store, log, clock, readSettings })
  try {
    const url = await listen(pns, settings)
    log.info({ version: VERSION, url, relay: settings.relay, pbx: settings.pbx, ...store.counts() }, 'listening')
    return { ...pns, url }
  } catch (error) {
    await pns.close()
    throw error
  }
}

async function listen({ server }: Pns, { listen }: Settings): Promise<string> {
  const { host = '', port = 0 } = parseListen(listen) ?? {}
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const next =
      code === 'EADDRINUSE' ? 'another program has this port: stop it or choose another' : 'choose an address of this machine'
    throw new SettingsError([`listen: cannot listen there (${code}): ${next}`])
  }
  return urlOf({ host, port: (server.address() as AddressInfo).port })
}

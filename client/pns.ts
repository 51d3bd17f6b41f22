import type { Server } from 'node:http'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Clock } from './clock.ts'
import type { Examine } from './console/examine.ts'
import { createFeed } from './console/feed.ts'
import type { Context } from './context.ts'
import { createHttpServer } from './http/server.ts'
import type { Settings } from './load-settings.ts'
import { createMetrics } from './metrics.ts'
import { startOutbox } from './outbox.ts'
import { createRecentCalls } from './recent-calls.ts'
import { createRelay, type Relay } from './relay/relay.ts'
import { createSuccession } from './relay/succession.ts'
import { compareSettings, type ReloadReport } from './reload.ts'
import { SettingsError } from './settings.ts'
import type { Store } from './store/store.ts'
import { createSync } from './sync.ts'
import { createWakes } from './wakes.ts'
import { createWatch } from './watch.ts'

export type PnsDependencies = {
  settings: Settings
  relay: Relay
  store: Store
  log: Logger
  clock: Clock
  /** Reads the settings anew for a reload; throws `SettingsError`. */
  readSettings: () => Settings
  examine?: Examine | undefined
  /** Called and waited for before a stop: what still needs this PNS. */
  leave?: () => Promise<void>
}

/** `closed` is there when `close` was asked for, by whomever, and all is done. */
export type Pns = {
  server: Server
  registry: Registry
  reload: () => ReloadReport
  close: () => Promise<void>
  closed: Promise<void>
}

/** With the 2 s that the last wakes may take, a stop ends within 5 s. */
const DRAIN_MS = 3_000

/** The PNS (push notification service) of a PBX; its server is not yet listening. */
export function createPns({ relay, store, log, clock, readSettings, leave, examine, ...given }: PnsDependencies): Pns {
  let { settings } = given
  const closed = Promise.withResolvers<void>()
  let closing = false

  const metrics = createMetrics()
  const watch = createWatch(metrics, clock)
  const relays = createSuccession(watch.relay(relay))
  const live = { settings: () => settings, relay: relays.current, store: watch.store(store), log, clock }
  const outbox = startOutbox({ ...live, counted: (outcome) => metrics.outboxDeliveries.inc({ outcome }) })
  const sync = createSync({ ...live, notify: outbox.notify })
  const wakes = watch.wakes(createWakes(live))
  const recentCalls = createRecentCalls(clock, (record) => feed.changed(record))
  const feed = createFeed(recentCalls.newest)

  function reload(): ReloadReport {
    try {
      const fresh = readSettings()
      const { relayChanged, ...report } = compareSettings(settings, fresh)
      if (relayChanged) {
        const next = createRelay(fresh, clock, store.addresses)
        next.keepWarm()
        relays.replace(watch.relay(next))
      }
      if (report.changed.some((name) => name === 'localToken' || name === 'console')) feed.endAll()
      settings = {
        ...fresh,
        listen: settings.listen,
        dataDir: settings.dataDir,
        log: { ...settings.log, level: fresh.log.level },
      }
      log.level = fresh.log.level
      log.info(report, 'settings reloaded')
      return report
    } catch (error) {
      if (error instanceof SettingsError)
        log.error({ errors: error.message.split('\n') }, 'settings have errors: the old ones stay')
      throw error
    }
  }

  async function drain(): Promise<void> {
    await leave?.()
    const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    recentCalls.close()
    feed.close()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    clearTimeout(deadline)
    await wakes.close()
    relays.close()
    await Promise.all([outbox.stop(), sync.stop()])
    store.close()
    metrics.process.close()
    log.info('stopped')
  }

  function close(): Promise<void> {
    if (!closing) drain().then(closed.resolve, closed.reject)
    closing = true
    return closed.promise
  }

  const stop = () => void close()
  const context: Context = {
    ...live,
    keyIds: relays.keyIds,
    names: () => relays.current().names(),
    outbox,
    sync,
    recentCalls,
    feed,
    examine,
    wakes,
    metrics,
    watch,
    reload,
    stop,
  }
  const server = createHttpServer(context)
  return { server, registry: metrics.registry, reload, close, closed: closed.promise }
}

import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import type { Examine } from './console/examine.ts'
import type { Feed } from './console/feed.ts'
import type { Settings } from './load-settings.ts'
import type { Metrics } from './metrics.ts'
import type { NameState } from './net/names.ts'
import type { Outbox } from './outbox.ts'
import type { RecentCalls } from './recent-calls.ts'
import type { Relay } from './relay/relay.ts'
import type { ReloadReport } from './reload.ts'
import type { Store } from './store/store.ts'
import type { Sync } from './sync.ts'
import type { createWakes } from './wakes.ts'
import type { Watch } from './watch.ts'

/** What the handlers work with. `settings` and `relay` are functions because a reload changes them. */
export type Context = {
  settings: () => Settings
  relay: () => Relay
  /** Of every key that signs at this moment: two for the calls' length after a key was replaced. */
  keyIds: () => string[]
  store: Store
  outbox: Outbox
  sync: Sync
  recentCalls: RecentCalls
  feed: Feed
  wakes: ReturnType<typeof createWakes>
  metrics: Metrics
  watch: Watch
  /** How the names of the relay stand. */
  names: () => NameState[]
  log: Logger
  clock: Clock
  /** The doctor; none where the program has no command for it. */
  examine: Examine | undefined
  reload: () => ReloadReport
  stop: () => void
}

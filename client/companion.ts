import type { Logger } from 'pino'
import type { Settings } from './load-settings.ts'

/** What runs in the process of the PNS if the settings ask for it: from when the PNS listens until it is to stop. `pns`: where it listens, as `startPns` says. */
export type Companion = (settings: Settings, log: Logger, pns: string) => Promise<{ close: () => Promise<void> } | undefined>

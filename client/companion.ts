import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Settings } from './load-settings.ts'

/** `url`: where the PNS listens, as `startPns` says. `registry`: what `/metrics` shows. */
export type CompanionOf = { settings: Settings; log: Logger; url: string; registry: Registry }

/** What runs in the process of the PNS if the settings ask for it: from when the PNS listens until it is to stop. */
export type Companion = (pns: CompanionOf) => Promise<{ close: () => Promise<void> } | undefined>

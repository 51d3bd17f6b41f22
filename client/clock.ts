import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** Both in milliseconds: `wall` since 1970, which may jump; `monotonic` since some moment, which never does. */
export type Clock = { wall: () => number; monotonic: () => number }

export const systemClock: Clock = { wall: Date.now, monotonic: () => performance.now() }

/** What waits until a deadline needs; both in milliseconds. */
export type Patience = Pick<Clock, 'monotonic'> & { sleep: (ms: number) => Promise<unknown> }

export const systemPatience: Patience = { monotonic: systemClock.monotonic, sleep }

import { performance } from 'node:perf_hooks'

/** Both in milliseconds: `wall` since 1970, which may jump; `monotonic` since some moment, which never does. */
export type Clock = { wall: () => number; monotonic: () => number }

export const systemClock: Clock = { wall: Date.now, monotonic: () => performance.now() }

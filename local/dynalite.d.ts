declare module 'dynalite' {
  import type { Server } from 'node:http'

  /** `path`: where LevelDB keeps the tables; in memory without it. Durations in ms. */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server
}

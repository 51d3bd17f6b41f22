import { isDeepStrictEqual } from 'node:util'
import type { Settings } from './load-settings.ts'

/** Which settings changed, and which of these take effect at the next start only. */
export type ReloadReport = { changed: string[]; needRestart: string[] }

const FIXED = /^(listen|dataDir|log\.file|(ari|apps|gateway)\..+)$/

/** The settings of the relay's connection: if none of them changes, it is kept. */
const OF_RELAY = /^(relay|alternateRelay|pbx|keyFile|key|network\..+)$/

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const flat = ({ key, ...rest }: Settings): Map<string, unknown> =>
  new Map([
    ['key', key.export({ type: 'pkcs8', format: 'pem' })],
    ...Object.entries(rest).flatMap(([name, value]): [string, unknown][] =>
      isTable(value) ? Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner]) : [[name, value]],
    ),
  ])

/** By name only: values may be secrets. */
export function compareSettings(old: Settings, fresh: Settings): ReloadReport & { relayChanged: boolean } {
  const [before, after] = [flat(old), flat(fresh)]
  const names = new Set([...before.keys(), ...after.keys()])
  const changed = [...names].filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)))
  return {
    changed: changed.filter((name) => !FIXED.test(name)),
    needRestart: changed.filter((name) => FIXED.test(name)),
    relayChanged: changed.some((name) => OF_RELAY.test(name)),
  }
}

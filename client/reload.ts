import { isDeepStrictEqual } from 'node:util'
import type { Settings } from './load-settings.ts'

/** Which settings changed, and which of these take effect at the next start only. */
export type ReloadReport = { changed: string[]; needRestart: string[] }

const FIXED = new Set(['listen', 'dataDir', 'log.file'])

/** The settings of the relay's connection: if none of them changes, it is kept. */
const RELAY_KEYS = ['relay', 'pbx', 'keyFile', 'key']

const flat = ({ log, key, ...rest }: Settings): Record<string, unknown> => ({
  ...rest,
  key: key.export({ type: 'pkcs8', format: 'pem' }),
  'log.level': log.level,
  'log.file': log.file,
})

export function compareSettings(old: Settings, fresh: Settings): ReloadReport & { relayChanged: boolean } {
  const [before, after] = [flat(old), flat(fresh)]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]))
  return {
    changed: changed.filter((name) => !FIXED.has(name)),
    needRestart: changed.filter((name) => FIXED.has(name)),
    relayChanged: changed.some((name) => RELAY_KEYS.includes(name)),
  }
}

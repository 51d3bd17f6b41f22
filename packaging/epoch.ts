import { execFileSync } from 'node:child_process'
import { inRoot } from './root.ts'

/** When the sources were last changed, in seconds since 1970 (https://reproducible-builds.org/specs/source-date-epoch/). */
export function sourceEpoch(env: Record<string, string | undefined>): number {
  if (env.SOURCE_DATE_EPOCH !== undefined) return epochFrom(env.SOURCE_DATE_EPOCH)
  return epochFrom(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: inRoot(''), encoding: 'utf8' }).trim())
}

function epochFrom(text: string): number {
  if (!/^\d{1,11}$/.test(text)) throw new Error('SOURCE_DATE_EPOCH must be seconds since 1970, like 1767225600.')
  return Number(text)
}

import type { KeyObject } from 'node:crypto'
import type { Cloud } from '../../local/cloud.ts'

/** Everything that this test file used and no function may log. */
const secrets = new Set<string>()

export function secret(text: string): string {
  secrets.add(text)
  return text
}

export function secretKey(key: KeyObject): KeyObject {
  const { d = '' } = key.export({ format: 'jwk' })
  secret(d)
  secret(Buffer.from(d, 'base64url').toString('base64'))
  return key
}

/** The lines in which a secret stands, in whatever case: SNS lower-cases some tokens. */
export function leaks(lines: string[]): string[] {
  const searched = [...secrets].map((text) => text.toLowerCase())
  return lines.filter((line) => searched.some((text) => line.toLowerCase().includes(text)))
}

export const linesOf = ({ logs, logGroups }: Pick<Cloud, 'logs' | 'logGroups'>, groups: RegExp): string[] =>
  logGroups()
    .filter((group) => groups.test(group))
    .flatMap(logs)

/** The log groups that the relay's functions write to; those of SNS hold tokens, as AWS writes them there. */
export const FUNCTION_LOGS = /^\/wakecall\/local\//

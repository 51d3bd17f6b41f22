import { expect, test } from 'vitest'
import { DEPLOYED_FUNCTIONS } from '../../lib/function.ts'
import { type Config, readSettings, SettingsError } from '../../lib/settings.ts'
import { functionOf, synthesize } from './synthesize.ts'

const LONGEST_STAGE = 'stage-of-a-long-name-0123456789a'

const app = {
  apple: { bundleId: 'com.example.telephone', teamId: 'ABCDE12345', keyId: 'KEY1234567', keySecret: 'key' },
  google: { serviceAccountSecret: 'fcm' },
}

const configOf = (count: number, stage: string): Config => {
  const names = Array.from({ length: count }, (_, index) => `com.example.telephone.${index}`)
  return { stage, apps: Object.fromEntries(names.map((name) => [name, app])) }
}

function accepts(config: Config): boolean {
  try {
    readSettings(config)
    return true
  } catch (error) {
    if (error instanceof SettingsError) return false
    throw error
  }
}

/** The most apps of this kind that the settings take. */
function mostApps(stage: string): number {
  let count = 1
  while (accepts(configOf(count + 1, stage))) count += 1
  return count
}

// What CloudFormation puts for a reference: the longest name that it makes, or the value of the caller key.
const resolved = (value: unknown): string => (typeof value === 'string' ? value : 'x'.repeat(80))

test.each(['prod', LONGEST_STAGE])('with the most apps that stage %s may have, every environment is under 4 KB', (stage) => {
  const env = { account: '123456789012', region: 'ap-southeast-1' }
  const template = synthesize(configOf(mostApps(stage), stage), env)
  for (const name of DEPLOYED_FUNCTIONS) {
    type Environment = { Variables: Record<string, unknown> } | undefined
    const environment = functionOf(template, name, stage).properties.Environment as Environment
    const variables = Object.entries(environment?.Variables ?? {}).map(([variable, value]) => [variable, resolved(value)])
    expect(Buffer.byteLength(JSON.stringify(Object.fromEntries(variables)))).toBeLessThan(4096)
  }
})

test('a handful of apps fits whatever they are called, and one that is too many is refused by name', () => {
  expect(mostApps('prod')).toBeGreaterThanOrEqual(8)
  expect(() => readSettings(configOf(mostApps('prod') + 1, 'prod'))).toThrow(/^ {2}apps: do not fit into the environment/m)
})

test('as many platform applications as a stack has room for, and one more is refused', () => {
  const short = { apple: { bundleId: 'c', certificateSecret: 'c' } }
  const appsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, short]))
  const { Resources } = synthesize({ apps: appsOf(12) }).toJSON()
  expect(Object.keys(Resources).length).toBeLessThan(500)
  expect(() => readSettings({ apps: appsOf(13) })).toThrow(/^ {2}apps: make more than 24 platform applications/m)
})

import { RemovalPolicy } from 'aws-cdk-lib'
import { describe, expect, test } from 'vitest'
import { type Config, readSettings, SettingsError } from '../../lib/settings.ts'
import { config as example } from '../../wakecall.config.example.ts'
import { apps } from './synthesize.ts'

function errorOf(given: unknown): string {
  try {
    readSettings(given)
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
  return ''
}

const DEFAULTS = {
  stage: 'dev',
  apps: {},
  requests: { perSecond: 1000, burst: 2000 },
  retention: { logDays: 14, deliveryLogDays: 7 },
  quotas: { devices: 10_000, pushesPerMinute: 6000 },
  deliverySamplePercent: 100,
  keepNumbers: false,
  alarms: { wakeRate: 0.5, providerFailureRate: 0.1, latencyP99Ms: 2000, credentialDays: 30 },
  removal: { table: RemovalPolicy.RETAIN, applications: RemovalPolicy.RETAIN, deliveryLogs: RemovalPolicy.DESTROY },
}

describe('defaults', () => {
  test.each([
    ['no setting at all', {}],
    ['the configuration of a fresh clone', {}],
  ])('stand for %s', (_, given) => {
    expect(readSettings(given)).toEqual(DEFAULTS)
  })

  test('stand for what is left out inside a group too', () => {
    const given = { alarms: { email: 'operator@example.com' }, removal: { table: 'destroy' } } satisfies Config
    expect(readSettings(given)).toEqual({
      ...DEFAULTS,
      alarms: { ...DEFAULTS.alarms, email: 'operator@example.com' },
      removal: { ...DEFAULTS.removal, table: RemovalPolicy.DESTROY },
    })
  })

  test('of an app are production, APNS_VOIP and version 1', () => {
    const { phone } = readSettings({ apps }).apps
    expect(phone?.apple).toMatchObject({ environment: 'production', voipPlatform: 'APNS_VOIP', credentialVersion: '1' })
    expect(phone?.google).toEqual({ serviceAccountSecret: 'wakecall/fcm', credentialVersion: '7' })
  })
})

describe('the example', () => {
  const paths = (value: unknown, path = ''): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => paths(inner, `${path}.${key}`))
      : [path]

  test('has every setting that there is', () => {
    const written = readSettings(example)
    const { 'com.example.phone': phone } = written.apps
    const all = paths({ ...written, apps: { 'com.example.phone': phone } })
    const { 'com.example.phone': given } = example.apps
    expect(paths({ ...example, apps: { 'com.example.phone': given } }).sort()).toEqual(all.sort())
    expect(Object.keys(written)).toEqual(expect.arrayContaining([...Object.keys(DEFAULTS), 'region', 'domain']))
  })

  test('gives the defaults where it says that they are', () => {
    const { stage, region, apps, domain, alarms, removal, ...rest } = example
    const { email, ...thresholds } = alarms
    expect(readSettings({ ...rest, alarms: thresholds, removal })).toEqual(DEFAULTS)
    expect([stage, region, domain.name, email]).not.toContain(undefined)
    expect(Object.keys(apps)).toHaveLength(2)
  })
})

describe('refused', () => {
  test.each([
    ['stage', 'Prod', 'must be 1 to 32'],
    ['stage', '', 'must be 1 to 32'],
    ['region', 'Ireland', 'must be an AWS region'],
    ['keepNumbers', 'yes', ''],
    ['deliverySamplePercent', 101, 'must be at most 100'],
    ['deliverySamplePercent', 0.5, 'must be a whole number'],
    ['apps', { 'a phone': apps.phone }, ''],
    ['colour', 'blue', 'is not known here'],
  ])('%s: %j', (name, value, says) => {
    expect(errorOf({ [name]: value })).toContain(`  ${name === 'apps' ? 'apps.a phone' : name}: ${says}`)
  })

  test.each([
    ['retention.logDays', { retention: { logDays: 8 } }, 'must be a retention that CloudWatch Logs has'],
    ['retention.logDays', { retention: { logDays: 3 } }, 'must be at least 7'],
    ['retention.deliveryLogDays', { retention: { deliveryLogDays: 1 } }, 'must be at least 7'],
    ['requests.perSecond', { requests: { perSecond: 0 } }, 'must be at least 1'],
    ['quotas.devices', { quotas: { devices: -1 } }, 'must be at least 1'],
    ['alarms.email', { alarms: { email: 'operator' } }, 'must be an e-mail address'],
    ['alarms.wakeRate', { alarms: { wakeRate: 50 } }, 'must be 0 to 1'],
    ['removal.table', { removal: { table: 'keep' } }, "must be 'retain' or 'destroy'"],
    ['domain.name', { domain: { name: 'https://push.example.com', certificateArn: '' } }, 'must be a host name'],
    ['domain.certificateArn', { domain: { name: 'push.example.com' } }, 'is missing'],
  ])('%s', (name, config, says) => {
    expect(errorOf(config)).toContain(`  ${name}: ${says}`)
  })

  const { apple } = apps.phone
  const { keyId, ...keyless } = apple
  test.each([
    ['an app for nobody', {}, 'apps.phone: needs apple, google or both'],
    ['a key without its id', { apple: keyless }, 'apps.phone.apple.keyId: is missing'],
    ['an id that is none', { apple: { ...apple, keyId: keyId.toLowerCase() } }, 'apps.phone.apple.keyId: must be the id of'],
    [
      'both a key and a certificate',
      { apple: { ...apple, certificateSecret: 'c' } },
      'apps.phone.apple.teamId: is not known here',
    ],
    [
      'a platform that is none',
      { apple: { ...apple, voipPlatform: 'VOIP' } },
      "apps.phone.apple.voipPlatform: must be 'APNS_VOIP'",
    ],
    [
      'an ARN for a name',
      { google: { serviceAccountSecret: 'arn:aws:x' } },
      'apps.phone.google.serviceAccountSecret: must be 1 to',
    ],
    [
      'what ends as an ARN does',
      { apple: { ...apple, keySecret: 'apns-AbCdEf' } },
      'apps.phone.apple.keySecret: must not end in',
    ],
    ['no object', 'phone', 'apps.phone: '],
    ['Apple that is no object', { apple: null }, 'apps.phone.apple: '],
  ])('%s', (_, phone, message) => {
    expect(errorOf({ apps: { phone } })).toContain(`  ${message}`)
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'dev'],
  ])('%s instead of a configuration', (_, given) => {
    expect(errorOf(given)).toMatch(/^ {2}the whole: /m)
  })

  test('all errors come at once, with the next step and without the values', () => {
    const google = { serviceAccountSecret: 'a secret!' }
    const message = errorOf({ stage: 'Q!', requests: { burst: 'x' }, apps: { phone: { google } } })
    for (const name of ['stage', 'requests.burst', 'apps.phone.google.serviceAccountSecret'])
      expect(message).toContain(`  ${name}: `)
    expect(message).toContain('wakecall.config.example.ts')
    expect(message).not.toMatch(/Q!|a secret!/)
  })
})

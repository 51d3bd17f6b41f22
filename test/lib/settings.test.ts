import { describe, expect, test } from 'vitest'
import { readSettings, SettingsError } from '../../lib/settings.ts'
import { ALERT, apps, FCM, VOIP } from './synthesize.ts'

const read = (context: Record<string, unknown>) => readSettings((name) => context[name])

function errorOf(context: Record<string, unknown>): string {
  try {
    read(context)
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
  return ''
}

test('without any setting there is a stage to try things in', () => {
  expect(read({})).toEqual({
    stage: 'dev',
    apps: {},
    deletionProtection: true,
    logRetentionDays: 14,
    throttle: { rate: 1000, burst: 2000 },
  })
})

test('every setting is read from the context, which gives text', () => {
  const context = {
    stage: 'prod',
    apps: JSON.stringify(apps),
    deletionProtection: 'false',
    logRetentionDays: '30',
    throttleRate: '50',
    throttleBurst: '80',
  }
  const settings = { stage: 'prod', apps, deletionProtection: false, logRetentionDays: 30, throttle: { rate: 50, burst: 80 } }
  expect(read(context)).toEqual(settings)
})

test('cdk.json may give JSON instead of text', () => {
  expect(read({ apps, deletionProtection: false, logRetentionDays: 30 })).toMatchObject({
    apps,
    deletionProtection: false,
    logRetentionDays: 30,
  })
})

describe('refused', () => {
  test.each([
    ['stage', 'Prod'],
    ['stage', ''],
    ['deletionProtection', 'maybe'],
    ['logRetentionDays', '8'],
    ['logRetentionDays', '3'],
    ['throttleRate', '0'],
    ['throttleBurst', '-1'],
    ['apps', '{nope'],
  ])('%s=%s', (name, value) => {
    expect(errorOf({ [name]: value })).toContain(`  ${name}: must be`)
  })

  test.each([
    ['an application of another platform', { fcm: VOIP }, 'apps.phone.fcm: must be'],
    ['an alert token in a VoIP application', { bundle: 'com.example.phone', alert: VOIP }, 'apps.phone.alert: must be'],
    ['a pattern instead of a name', { fcm: `${FCM}*` }, 'apps.phone.fcm: must be'],
    ['Apple without a bundle id', { alert: ALERT }, 'apps.phone: voip and alert need the bundle id'],
    ['an unknown key', { gcm: FCM }, 'apps.phone.gcm: '],
  ])('%s', (_, phone, message) => {
    expect(errorOf({ apps: { phone } })).toContain(`  ${message}`)
  })

  test('all errors come at once, with the next step', () => {
    const message = errorOf({ stage: '!', throttleRate: 'x', apps: { phone: { fcm: 'x' } } })
    for (const name of ['stage', 'throttleRate', 'apps.phone.fcm']) expect(message).toContain(`  ${name}: `)
    expect(message).toContain('npx cdk deploy -c stage=prod')
  })
})

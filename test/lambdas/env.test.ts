import { describe, expect, test } from 'vitest'
import { DevicesEnv } from '../../lambdas/devices/env.ts'
import { HistoryEnv } from '../../lambdas/history/env.ts'
import { readEnv, SettingsError } from '../../lambdas/kit/env.ts'

const arn = (platform: string) => `arn:aws:sns:eu-west-1:123456789012:app/${platform}/phone`
const APPS = { phone: { bundle: 'com.example.phone', voip: arn('APNS_VOIP'), alert: arn('APNS'), fcm: arn('GCM') } }
const GOOD = {
  TABLE_NAME: 'wakecall',
  APPS: JSON.stringify(APPS),
  HISTORY_LOG_GROUP: '/wakecall/history',
}

function refusal(env: Record<string, string>): string {
  try {
    readEnv(HistoryEnv, env)
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError)
    return (error as SettingsError).message
  }
  throw new Error('was accepted')
}

describe('readEnv', () => {
  test('gives the settings, parsed, and only those of the function', () => {
    expect(readEnv(HistoryEnv, GOOD)).toEqual({ ...GOOD, APPS })
    expect(readEnv(DevicesEnv, { ...GOOD, HOME: '/root' })).toEqual({
      TABLE_NAME: 'wakecall',
      APPS,
    })
  })

  test('names everything that is missing at once', () => {
    expect(refusal({})).toContain('TABLE_NAME, APPS, HISTORY_LOG_GROUP')
    expect(refusal({ ...GOOD, TABLE_NAME: '' })).toMatch(/: TABLE_NAME;/)
  })

  test.each([
    ['no JSON', 'secret'],
    ['a list', '["secret"]'],
    ['no ARN', '{"phone":{"bundle":"secret","voip":"secret"}}'],
    ['the ARN of a topic', '{"phone":{"fcm":"arn:aws:sns:eu-west-1:123456789012:secret"}}'],
    ['an alert application for calls of Android', JSON.stringify({ phone: { fcm: arn('APNS') } })],
    ['Apple without a bundle', JSON.stringify({ phone: { voip: arn('APNS_VOIP') } })],
    ['an unknown member', JSON.stringify({ phone: { fcm: arn('GCM'), secret: 'secret' } })],
  ])('refuses apps that are %s, and prints no value', (_, APPS) => {
    const message = refusal({ ...GOOD, APPS, TABLE_NAME: 's' })
    expect(message).toMatch(/: TABLE_NAME, APPS;/)
    expect(message).not.toMatch(/secret|arn:/)
  })
})

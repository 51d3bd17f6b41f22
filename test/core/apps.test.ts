import { expect, test } from 'vitest'
import { platformOf, routeOf } from '../../core/apps.ts'
import { APPS } from './world.ts'

test.each(['APNS', 'APNS_SANDBOX', 'APNS_VOIP', 'APNS_VOIP_SANDBOX', 'GCM'])(
  'the platform %s is read from the ARN',
  (platform) => {
    expect(platformOf(`arn:aws:sns:eu-west-1:123456789012:app/${platform}/phone`)).toBe(platform)
    expect(platformOf(`arn:aws-cn:sns:cn-north-1:123456789012:app/${platform}/phone`)).toBe(platform)
  },
)

test.each(['', 'arn:aws:sns:eu-west-1:123456789012:topic', 'arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/phone/1'])(
  'what is no platform application has no platform: %s',
  (arn) => {
    expect(platformOf(arn)).toBeUndefined()
  },
)

test('a channel has a route where its app has a platform application for it', () => {
  expect(routeOf(APPS, 'phone', 'alert')).toEqual({ platform: 'APNS', bundle: 'com.example.phone' })
  expect(routeOf(APPS, 'calls-only', 'alert')).toBeUndefined()
  expect(routeOf(APPS, 'nobody', 'voip')).toBeUndefined()
})

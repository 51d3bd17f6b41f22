import { SetPlatformApplicationAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import { expect } from 'vitest'
import { virtualClock } from '../../local/clock.ts'
import { pathOf } from '../../wire/routes.ts'
import { android, iphone, iphoneWithoutAlert } from '../relay/devices.ts'
import { openRelay } from '../relay/harness.ts'

const PUBLISHES = 6

/** A relay in which everything happens that leaves a metric; gives its cloud when it has. */
export async function runRelay() {
  const clock = virtualClock(Date.now())
  const { a, cloud } = await openRelay({ clock, publishPerSecond: PUBLISHES, quotas: { pushesPerMinute: 40 } })
  /** Lets pass what SNS's quota and the providers need. */
  const settle = () => clock.advance(1000)

  await a.register('1001', 'iphone', iphone('alice'))
  await a.register('1001', 'android', android('alice'))
  await a.ring({ callId: 'call', to: '1001' })
  await a.ring({ callId: 'call', to: '1001' })
  await a.cancel('call')
  const wake = { callId: 'call', extension: '1001', wakeMs: 900 }
  const wakes = [
    { ...wake, deviceId: 'iphone', platform: 'ios', first: true },
    { ...wake, deviceId: 'android', platform: 'android', first: true },
  ]
  expect((await a.call('POST', pathOf('wakes'), { wakes })).status).toBe(202)
  await settle()
  await a.message({ messageId: 'message', to: '1001' })
  await a.ring({ callId: 'late', to: '1001', ringSeconds: 30, elapsedMs: 30_000 })
  await settle()

  await a.register('1002', 'quiet', iphoneWithoutAlert('bob'))
  await a.message({ messageId: 'unread', to: '1002' })
  // The tokens are swapped: Apple says of each push that its token is not for its topic.
  const phone = iphone('carol')
  if (phone.platform !== 'ios' || !phone.tokens.alert) throw new Error('an iPhone has two tokens')
  await a.register('1003', 'swapped', { ...phone, tokens: { voip: phone.tokens.alert, alert: phone.tokens.voip } })
  await a.ring({ callId: 'swapped', to: '1003' })
  await a.message({ messageId: 'swapped', to: '1003' })
  await settle()

  for (const fate of ['unregistered', 'wrong_environment'] as const) {
    await a.register(fate, 'iphone', iphone(fate, fate))
    await a.register(fate, 'android', android(fate, fate))
    await a.ring({ callId: fate, to: fate })
    await a.message({ messageId: fate, to: fate })
    await clock.advance(0)
    await a.ring({ callId: `${fate}-again`, to: fate })
    await settle()
  }

  const crowd = Array.from({ length: PUBLISHES + 1 }, (_, i) => `crowd-${i}`)
  await Promise.all(crowd.map((device) => a.register('1004', device, android(device))))
  await a.ring({ callId: 'crowd', to: '1004' })
  await a.message({ messageId: 'crowd', to: '1004' })
  await settle()

  const enrolment = { code: '0'.repeat(20), publicKey: 'A'.repeat(43) }
  expect((await a.call('POST', pathOf('enrol'), enrolment)).status).toBe(403)

  const { voip, alert } = Object.values(JSON.parse(cloud.env.APPS ?? '{}') as Record<string, Record<string, string>>)[0] ?? {}
  await disable(cloud.env, voip)
  await disable(cloud.env, alert)
  await a.ring({ callId: 'disabled', to: '1001' })
  await a.message({ messageId: 'disabled', to: '1001' })
  await settle()
  return cloud
}

async function disable(env: Record<string, string>, PlatformApplicationArn: string | undefined): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new SNSClient({ endpoint: env.AWS_ENDPOINT_URL_SNS ?? '', region: env.AWS_REGION ?? '', credentials })
  await client.send(new SetPlatformApplicationAttributesCommand({ PlatformApplicationArn, Attributes: { Enabled: 'false' } }))
  client.destroy()
}

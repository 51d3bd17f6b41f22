import { expect, test } from 'vitest'
import { LOCAL_APP } from '../../local/cloud.ts'
import { pathOf } from '../../wire/routes.ts'
import { expectMeasured } from '../lambdas/measured.ts'
import { android, iphone } from './devices.ts'
import { openRelay } from './harness.ts'
import { FUNCTION_LOGS, leaks, linesOf, secret } from './secrets.ts'

const { a, cloud, sees } = await openRelay()

type Line = Record<string, unknown>
const lines = (name: string): Line[] => cloud.logs(`/wakecall/local/${name}`).map((line) => JSON.parse(line))

test('every request leaves one line and its metrics, whatever became of it; none of them tells a secret', async () => {
  await a.register('1001', 'iphone', iphone('alice-iphone'))
  await a.register('1001', 'android', android('alice-android', 'unregistered'))
  const refusedToken = { platform: 'android', app: LOCAL_APP, tokens: { fcm: secret('not a token at all') }, version: 2 } as const
  await a.register('1001', 'android', refusedToken)
  const { uuid } = (await a.ring({ callId: 'logged', to: '1001' })).json
  await sees('alice-iphone', 'waking', uuid)
  await a.ring({ callId: 'logged', to: '1001' })
  await a.ring({ callId: 'logged-2', to: '1001', from: { number: secret('number with spaces') } })
  const wake = { callId: 'logged', extension: '1001', deviceId: 'iphone', platform: 'ios', wakeMs: 700 }
  await a.call('POST', pathOf('wakes'), { wakes: [wake] })
  await a.cancel('logged')
  await a.message({ messageId: 'logged', to: '1001', text: secret('the text of a message') })
  await a.trace('logged')
  await a.list('1001')
  await a.call('POST', '/v1/calls', {}, { headers: { signature: secret('forged') } })
  await a.call('PUT', '/v1/nowhere', { token: secret('a body that nobody reads') })
  await a.remove('1001', 'iphone', 2)

  const of = (name: string) => lines(name).filter(({ message }) => message === 'request').length
  await expect.poll(() => ['calls', 'devices', 'messages', 'history'].map(of), { timeout: 5000 }).toEqual([6, 5, 1, 2])
  for (const line of ['calls', 'devices', 'messages', 'history'].flatMap(lines)) {
    expectMeasured(line)
    expect(line).toMatchObject({ service: expect.any(String) })
  }
  const refused = lines('calls').find(({ status }) => status === 401)
  expect(refused).toMatchObject({ route: 'ring', outcome: 'signature_refused', refusal: 'malformed' })
  expect(leaks(linesOf(cloud, FUNCTION_LOGS))).toEqual([])
})

test('the scan finds a secret where there is one: SNS’s own delivery logs have the tokens in clear', () => {
  expect(leaks(linesOf(cloud, /^sns\//)).length).toBeGreaterThan(0)
})

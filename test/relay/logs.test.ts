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

/** A phone number, as an extension may be; it stands nowhere else. */
const extension = secret('447700900846')

test('every request leaves one line and its metrics, whatever became of it; none of them tells a secret', async () => {
  await a.register(extension, 'iphone', iphone('alice-iphone'))
  await a.register(extension, 'android', android('alice-android', 'unregistered'))
  const refusedToken = { platform: 'android', app: LOCAL_APP, tokens: { fcm: secret('not a token at all') }, version: 2 } as const
  await a.register(extension, 'android', refusedToken)
  const { uuid } = (await a.ring({ callId: 'logged', to: extension })).json
  await sees('alice-iphone', 'waking', uuid)
  await a.ring({ callId: 'logged', to: extension })
  await a.ring({ callId: 'logged-2', to: extension, from: { number: secret('number with spaces') } })
  const wake = { callId: 'logged', extension, deviceId: 'iphone', platform: 'ios', wakeMs: 700 }
  await a.call('POST', pathOf('wakes'), { wakes: [wake] })
  await a.cancel('logged')
  await a.message({ messageId: 'logged', to: extension, text: secret('the text of a message') })
  const traced = await a.trace('logged')
  expect(leaks([traced.text])).toEqual([traced.text])
  await a.list(extension)
  await a.call('POST', '/v1/calls', {}, { headers: { signature: secret('forged') } })
  await a.call('PUT', '/v1/nowhere', { token: secret('a body that nobody reads') })
  await a.remove(extension, 'iphone', 2)

  const of = (name: string) => lines(name).filter(({ message }) => message === 'request').length
  await expect.poll(() => ['calls', 'devices', 'messages', 'history'].map(of), { timeout: 5000 }).toEqual([6, 5, 1, 2])
  // Google said that the Android is gone: an endpoint event.
  await expect.poll(() => lines('events'), { timeout: 5000 }).not.toEqual([])
  expect(lines('history')).toContainEqual(expect.objectContaining({ message: 'wake', callId: 'logged' }))
  for (const line of ['calls', 'devices', 'messages', 'history', 'events'].flatMap(lines)) {
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

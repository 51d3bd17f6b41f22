import { expect, type TestContext, test, vi } from 'vitest'
import { startRelay } from '../../local/relay/relay.ts'
import { android } from './devices.ts'
import { startFlaky } from './flaky.ts'
import { expectProblem, openRelay, outcomes } from './harness.ts'
import { pbxClient } from './pbx.ts'
import { leaks } from './secrets.ts'

const { a, cloud, pbxs, seen, sees } = await openRelay()

/** Another relay on the same table and the same SNS, both of which can fail. */
async function openFlakyRelay({ onTestFinished }: TestContext) {
  const sns = await startFlaky(cloud.env.AWS_ENDPOINT_URL_SNS ?? '')
  const dynamo = await startFlaky(cloud.env.AWS_ENDPOINT_URL_DYNAMODB ?? '')
  const env = { ...cloud.env, AWS_ENDPOINT_URL_SNS: sns.url, AWS_ENDPOINT_URL_DYNAMODB: dynamo.url }
  const log: string[] = []
  const relay = await startRelay({ port: 0, pbxs, env, log: (line) => log.push(line) })
  onTestFinished(async () => {
    await relay.close()
    sns.close()
    dynamo.close()
    expect(leaks(log)).toEqual([])
  })
  return { sns, dynamo, kill: relay.close, log, pbx: pbxClient(relay.url, a.signer) }
}

test.concurrent('SNS breaks: the answer says retry, and the next call rings as soon as it is back', async (context) => {
  const { sns, pbx } = await openFlakyRelay(context)
  await a.register('1001', 'phone', android('alice'))
  sns.become('down')
  const failed = await pbx.ring({ callId: 'sns-down', to: '1001' })
  expect(failed.status).toBe(202)
  expect(failed.json).toMatchObject({ devices: 0, deliveries: [{ outcome: 'retry' }] })
  sns.become('up')
  expect(outcomes(await pbx.ring({ callId: 'sns-up', to: '1001' }))).toEqual({ phone: 'accepted' })
  expect((await a.list('1001')).json.devices).toHaveLength(1)
  expect((await pbx.ring({ callId: 'sns-down', to: '1001' })).json).toEqual({ ...failed.json, repeated: true })
})

test.concurrent('SNS hangs: the answer comes while the ring window lasts', async (context) => {
  const { sns, pbx } = await openFlakyRelay(context)
  await a.register('1002', 'phone', android('bob'))
  sns.become('hang')
  const failed = await pbx.ring({ callId: 'sns-hangs', to: '1002' })
  expect(failed.json).toMatchObject({ devices: 0, deliveries: [{ outcome: 'retry', reason: 'sns_slow' }] })
  expect(Date.parse(failed.json.expiresAt)).toBeGreaterThan(Date.now())
})

test.concurrent.for(['down', 'hang'] as const)(
  'DynamoDB is %s: 503, nothing claimed; back again, the call rings once',
  async (mode, context) => {
    const { dynamo, pbx } = await openFlakyRelay(context)
    await a.register(mode, 'phone', android(`phone-${mode}`))
    expect((await pbx.ring({ callId: `warm-${mode}`, to: '1999' })).status).toBe(202)
    dynamo.become(mode)
    const failed = await pbx.ring({ callId: `dynamo-${mode}`, to: mode })
    expectProblem(failed, 'unavailable')
    expect(failed.headers['retry-after']).toBe('1')
    dynamo.become('up')
    const rung = await pbx.ring({ callId: `dynamo-${mode}`, to: mode })
    expect(rung.json.repeated).toBeUndefined()
    expect(outcomes(rung)).toEqual({ phone: 'accepted' })
    await sees(`phone-${mode}`, 'ringing', rung.json.uuid)
    expect(seen(`phone-${mode}`, 'push', rung.json.uuid)).toBe(1)
  },
)

test.concurrent('DynamoDB is away when the key is asked for: 503 and not 401, and it is asked for again', async (context) => {
  const { dynamo, pbx } = await openFlakyRelay(context)
  dynamo.become('down')
  expectProblem(await pbx.list('1001'), 'unavailable')
  dynamo.become('up')
  expect((await pbx.list('1001')).status).toBe(200)
})

test.concurrent('the function dies between claim and push: the repeat takes the call over and it rings once', async (context) => {
  const { sns, kill, pbx } = await openFlakyRelay(context)
  await a.register('1003', 'phone', android('carol'))
  sns.become('hang')
  const lost = pbx.ring({ callId: 'died', to: '1003' }).catch((error: Error) => error)
  await vi.waitFor(() => expect(sns.swallowed()).toBeGreaterThan(0), { timeout: 5000, interval: 5 })
  await kill()
  expect(await lost).toBeInstanceOf(Error)
  const rung = await a.ring({ callId: 'died', to: '1003' })
  expect(rung.json.repeated).toBeUndefined()
  expect(outcomes(rung)).toEqual({ phone: 'accepted' })
  expect((await a.ring({ callId: 'died', to: '1003' })).json.repeated).toBe(true)
  await sees('carol', 'ringing', rung.json.uuid)
  expect(seen('carol', 'push', rung.json.uuid)).toBe(1)
})

test.concurrent('the result cannot be written: the call is answered all the same, and its repeat rings no phone twice', async (context) => {
  const { sns, dynamo, pbx } = await openFlakyRelay(context)
  await a.register('1004', 'phone', android('dave'))
  sns.become('hang')
  const answer = pbx.ring({ callId: 'unwritten', to: '1004' })
  await vi.waitFor(() => expect(sns.swallowed()).toBeGreaterThan(0), { timeout: 5000, interval: 5 })
  dynamo.become('down')
  sns.become('up')
  const first = await answer
  expect(outcomes(first)).toEqual({ phone: 'accepted' })
  await sees('dave', 'ringing', first.json.uuid)
  dynamo.become('up')
  expect((await pbx.ring({ callId: 'unwritten', to: '1004' })).json.repeated).toBeUndefined()
  await sees('dave', 'repeated', first.json.uuid)
  expect(seen('dave', 'ringing', first.json.uuid)).toBe(1)
})

test.concurrent('what fails is in the log of the function, whole', async (context) => {
  const { dynamo, pbx, log } = await openFlakyRelay(context)
  dynamo.become('down')
  const { json } = await pbx.list('1001')
  const found = () => log.filter((line) => line.includes(json.requestId) && line.includes('"level":"ERROR"'))
  await vi.waitFor(() => expect(found()).toHaveLength(1), { timeout: 2000 })
  expect(JSON.parse(found()[0] ?? '')).toMatchObject({ message: 'unavailable', error: { stack: expect.any(String) } })
})

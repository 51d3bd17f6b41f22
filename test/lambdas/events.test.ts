import type { SQSRecord } from 'aws-lambda'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isLive } from '../../core/device.ts'
import { android, iphone } from '../relay/devices.ts'
import { openRelay } from '../relay/harness.ts'
import { leaks, secret } from '../relay/secrets.ts'
import { expectMeasured } from './measured.ts'

const { a, cloud } = await openRelay()
// The handler reads its settings and the SDK its endpoints when they are imported: the cloud has to be there first.
Object.assign(process.env, cloud.env)
const { handler } = await import('../../lambdas/events/handler.ts')
const { createDeviceStore } = await import('../../lambdas/aws/devices.ts')
const { dynamodb } = await import('../../lambdas/aws/clients.ts')
const devices = createDeviceStore(cloud.env.TABLE_NAME ?? '')

const LATER_MS = 10_000
const NOBODY = 'arn:aws:sns:eu-west-1:000000000000:endpoint/GCM/phone/nobody'

/** Registers a phone alone on an extension, and gives the endpoint of its channel. */
async function registered(extension: string, request: ReturnType<typeof android>, channel: 'fcm' | 'voip' = 'fcm') {
  await a.register(extension, 'phone', request)
  const stored = await devices.get({ pbx: 'hq', extension, deviceId: 'phone' })
  return (isLive(stored) && stored.endpoints[channel]) || ''
}

/** What SNS publishes of an endpoint, by default that it is dead, `LATER_MS` from now. */
const failureOf = (EndpointArn: string, more: object = {}): string =>
  JSON.stringify({
    EventType: 'DeliveryFailure',
    EndpointArn,
    Resource: 'arn:aws:sns:eu-west-1:000000000000:app/GCM/phone',
    Service: 'SNS',
    Time: new Date(Date.now() + LATER_MS).toISOString(),
    FailureType: 'InvalidPlatformToken',
    FailureMessage: 'Platform token associated with the endpoint is not valid',
    MessageId: '567910cd-659e-55d4-8ccb-5aaf14679dc0',
    DeliveryAttempts: 1,
    ...more,
  })

const updateOf = (EndpointArn: string, more: object): string =>
  failureOf(EndpointArn, { EventType: 'EndpointUpdated', FailureType: undefined, FailureMessage: undefined, ...more })

type Line = Record<string, unknown>

/** Runs a batch of these bodies, named `m0`, `m1`…; gives the names that failed, and what the function wrote. */
async function run(...bodies: string[]): Promise<{ failed: string[]; lines: Line[] }> {
  const streams = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true))
  try {
    const { batchItemFailures } = await handler({ Records: bodies.map((body, i) => ({ messageId: `m${i}`, body }) as SQSRecord) })
    const text = streams.flatMap(({ mock }) => mock.calls.map(([chunk]) => String(chunk))).join('')
    expect(leaks([text])).toEqual([])
    const lines = text.split('\n').filter(Boolean)
    return { failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), lines: lines.map((line) => JSON.parse(line)) }
  } finally {
    for (const stream of streams) stream.mockRestore()
  }
}

const listed = async (extension: string): Promise<string[]> =>
  (await a.list(extension)).json.devices.map(({ deviceId }: { deviceId: string }) => deviceId)

afterEach(() => void dynamodb.middlewareStack.remove('fail'))

describe('an event of a dead endpoint', () => {
  test.each([
    ['Android', android, 'fcm', 'GCM'],
    ['iPhone', iphone, 'voip', 'APNS_VOIP'],
  ] as const)('removes an %s, and leaves one line with its metrics', async (name, phone, channel, platform) => {
    const endpoint = await registered(name, phone(name), channel)
    const { failed, lines } = await run(failureOf(endpoint))
    expect(failed).toEqual([])
    expect(await listed(name)).toEqual([])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      ...{ service: 'events', message: 'endpointEvent', messageId: 'm0', endpoint },
      ...{ platform, reason: 'invalid_token', action: 'prune', type: 'InvalidPlatformToken' },
      ...{ DevicesPruned: 1, devices: [{ pbx: 'hq', deviceId: 'phone' }] },
    })
    expectMeasured(lines[0] ?? {})
  })

  test('that is older than the registration removes nothing', async () => {
    const endpoint = await registered('older', android('older'))
    const { failed, lines } = await run(failureOf(endpoint, { Time: new Date().toISOString() }))
    expect(failed).toEqual([])
    expect(lines).toMatchObject([{ message: 'endpointEvent', DevicesPruned: 0 }])
    expect(await listed('older')).toEqual(['phone'])
  })

  test('and its two events in one batch remove it once', async () => {
    const endpoint = await registered('twice', android('twice'))
    const { failed, lines } = await run(failureOf(endpoint), updateOf(endpoint, { Enabled: 'false' }))
    expect(failed).toEqual([])
    expect(lines.reduce((sum, { DevicesPruned }) => sum + Number(DevicesPruned), 0)).toBe(1)
    expect(await listed('twice')).toEqual([])
  })
})

describe('an event of an endpoint that changed', () => {
  test.each([
    ['false', [], 'endpoint_disabled'],
    [false, [], 'endpoint_disabled'],
    ['true', ['phone'], 'endpoint_updated'],
    [true, ['phone'], 'endpoint_updated'],
    [undefined, ['phone'], 'endpoint_updated'],
  ])('Enabled %j', async (Enabled, left, reason) => {
    const to = `enabled-${typeof Enabled}-${Enabled}`
    const { failed, lines } = await run(updateOf(await registered(to, android(to)), { Enabled }))
    expect({ failed, reason: lines[0]?.reason }).toEqual({ failed: [], reason })
    expect(await listed(to)).toEqual(left)
  })
})

test('a failure type that SNS has made up since is counted, and bounded', async () => {
  const { failed, lines } = await run(failureOf(NOBODY, { FailureType: 'toString' }), failureOf(NOBODY, { FailureType: 'New' }))
  expect(failed).toEqual([])
  expect(lines).toMatchObject([{ reason: 'other' }, { reason: 'other' }])
})

describe('poison', () => {
  const token = secret('poison:with:a:token:in:it')
  test.each([
    ['no JSON', `${token} {`, 'the body must be JSON'],
    ['nothing', '', 'the body must be JSON'],
    ['no object', JSON.stringify(token), 'the body must be'],
    ['a list', JSON.stringify([token]), '/EventType'],
    ['another event', failureOf(NOBODY, { EventType: token }), '/EventType'],
    ['no endpoint', failureOf(NOBODY, { EndpointArn: undefined }), '/EndpointArn is missing'],
    ['the endpoint of another push service', failureOf(NOBODY.replace('GCM', 'ADM')), '/EndpointArn must be'],
    ['no time', failureOf(NOBODY, { Time: token }), '/Time must be a time'],
    ['no failure type', failureOf(NOBODY, { FailureType: undefined }), '/FailureType is missing'],
  ])('%s fails on purpose, and its log line says where and nothing of it', async (_, body, says) => {
    const { failed, lines } = await run(body)
    expect(failed).toEqual(['m0'])
    const error = { message: expect.stringContaining(says) }
    expect(lines).toMatchObject([{ level: 'ERROR', message: 'record failed', messageId: 'm0', error }])
    expect(() => expectMeasured(lines[0] ?? {})).toThrow()
  })
})

describe('a batch', () => {
  /** DynamoDB refuses every request that names this endpoint. */
  const failFor = (endpoint: string) =>
    dynamodb.middlewareStack.add(
      (next) => async (args) => {
        if (JSON.stringify(args.input).includes(endpoint)) throw Object.assign(new Error('no answer'), { name: 'TimeoutError' })
        return next(args)
      },
      { step: 'initialize', name: 'fail' },
    )

  test('fails only in the records that failed; they succeed when the queue brings them again', async () => {
    const endpoints = await Promise.all(['b1', 'b2', 'b3'].map((to) => registered(to, android(to))))
    const [first = '', second = '', third = ''] = endpoints
    failFor(second)
    const { failed, lines } = await run(failureOf(first), 'poison', failureOf(second), failureOf(third))
    expect(failed).toEqual(['m1', 'm2'])
    expect(lines).toHaveLength(4)
    expect(lines.find(({ messageId }) => messageId === 'm2')).toMatchObject({ level: 'ERROR', error: { message: 'no answer' } })
    expect(await Promise.all(['b1', 'b2', 'b3'].map(listed))).toEqual([[], ['phone'], []])

    dynamodb.middlewareStack.remove('fail')
    expect((await run(failureOf(second))).failed).toEqual([])
    expect(await listed('b2')).toEqual([])
  })

  test('of none is handled', async () => {
    expect(await run()).toEqual({ failed: [], lines: [] })
  })
})

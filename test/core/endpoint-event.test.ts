import { describe, expect, test } from 'vitest'
import {
  decide,
  ENDPOINT_EVENTS,
  type EndpointEvent,
  type EndpointEventType,
  handleEndpointEvent,
} from '../../core/endpoint-event.ts'
import { register, remove } from '../../core/register.ts'
import { FAILURES, type FailureType } from '../../local/sns/failures.ts'
import { android, createWorld, iphone, keyOf, OTHER_PBX, PBX, registerAll, type World } from './world.ts'

const SOON_MS = 4999
const LATER_MS = 5000
const TYPES = Object.keys(ENDPOINT_EVENTS) as EndpointEventType[]
const PRUNING: EndpointEventType[] = ['InvalidPlatformToken', 'EndpointDisabled', 'Disabled']

/** An event of the endpoint of `token`, so long after now. */
const eventOf = ({ sns, clock }: World, token: string, afterMs: number, more: Partial<EndpointEvent> = {}): EndpointEvent => ({
  endpoint: sns.arnOf(token) ?? '',
  type: 'InvalidPlatformToken',
  words: '',
  at: clock.now() + afterMs,
  ...more,
})

const devicesOf = async ({ stores }: World, extension = '1001', pbx = PBX.id) =>
  (await stores.devices.of(pbx, extension)).map(({ deviceId }) => deviceId)

describe('what an event means', () => {
  test.each([
    ['InvalidPlatformToken', 'prune', 'invalid_token'],
    ['EndpointDisabled', 'prune', 'endpoint_disabled'],
    ['Disabled', 'prune', 'endpoint_disabled'],
    ['Updated', 'count', 'endpoint_updated'],
    ['NotificationTTLExpired', 'count', 'ttl_expired'],
    ['DependencyUnavailable', 'count', 'provider_unavailable'],
    ['Throttled', 'count', 'throttled'],
    ['UnexpectedFailure', 'count', 'unexpected_failure'],
    ['DeliveryFailedPerm', 'count', 'refused'],
    ['InvalidCredentials', 'mend', 'credentials_refused'],
    ['InvalidNotification', 'mend', 'payload_refused'],
    ['Other', 'count', 'other'],
  ] as const)('%s: %s as %s', (type, action, reason) => {
    const words = FAILURES[type as FailureType] ?? ''
    expect(decide({ type, words: '' })).toEqual({ action, reason })
    // SNS's own sentence names nothing that its failure type does not.
    expect(decide({ type, words })).toEqual({ action, reason })
  })

  test.each([
    ['InvalidPlatformToken', '{"reason":"BadDeviceToken"}', 'prune', 'wrong_environment'],
    ['InvalidPlatformToken', '{"reason":"DeviceTokenNotForTopic"}', 'prune', 'wrong_topic'],
    ['InvalidPlatformToken', '{"reason":"Unregistered"}', 'prune', 'unregistered'],
    ['DeliveryFailedPerm', '{"reason":"TopicDisallowed"}', 'mend', 'wrong_topic'],
    ['DeliveryFailedPerm', '{"reason":"ExpiredProviderToken"}', 'mend', 'credentials_refused'],
    ['DeliveryFailedPerm', '{"reason":"Unregistered"}', 'count', 'unregistered'],
    ['InvalidNotification', 'The registration token is not a valid FCM registration token', 'count', 'unregistered'],
  ] as const)('%s with the words %s: %s as %s', (type, words, action, reason) => {
    expect(decide({ type, words })).toEqual({ action, reason })
  })
})

describe('the devices of a dead endpoint', () => {
  test.each(TYPES)('%s removes them only if SNS has disabled the endpoint', async (type) => {
    const world = createWorld()
    await registerAll(world, { a: android('a') })
    const { pruned } = await handleEndpointEvent(world.ports, eventOf(world, 'fcm-a', LATER_MS, { type }))
    const dead = PRUNING.includes(type)
    expect(pruned).toEqual(dead ? [keyOf('a')] : [])
    expect(await devicesOf(world)).toEqual(dead ? [] : ['a'])
    expect(await world.stores.devices.countOf(PBX.id)).toBe(dead ? 0 : 1)
    expect(world.sns.arnOf('fcm-a') === undefined).toBe(dead)
  })

  test('go on every extension and PBX, and its endpoint with them; a phone of another endpoint stays', async () => {
    const world = createWorld()
    await registerAll(world, { a: android('shared'), other: android('other') })
    await registerAll(world, { b: android('shared') }, '*72#DEVICE#9')
    await register(world.ports, OTHER_PBX, keyOf('c', '77', OTHER_PBX.id), android('shared'))
    const { pruned } = await handleEndpointEvent(world.ports, eventOf(world, 'fcm-shared', LATER_MS))
    expect(pruned).toEqual([keyOf('a'), keyOf('b', '*72#DEVICE#9'), keyOf('c', '77', OTHER_PBX.id)])
    expect(await devicesOf(world)).toEqual(['other'])
    expect(await devicesOf(world, '77', OTHER_PBX.id)).toEqual([])
    expect([world.sns.arnOf('fcm-shared'), world.sns.arnOf('fcm-other')]).toEqual([undefined, expect.any(String)])
  })

  test.each([
    ['VoIP', 'voip-i', []],
    ['alert', 'alert-i', ['i']],
  ])("an iPhone's %s endpoint", async (_, token, left) => {
    const world = createWorld()
    await registerAll(world, { i: iphone('i') })
    await handleEndpointEvent(world.ports, eventOf(world, token, LATER_MS))
    expect(await devicesOf(world)).toEqual(left)
    expect(world.sns.arns()).toHaveLength(left.length * 2)
  })

  test('a device that has a new token, and only an old link to the endpoint, stays', async () => {
    const world = createWorld()
    await registerAll(world, { a: android('old'), b: android('old') })
    const event = eventOf(world, 'fcm-old', LATER_MS)
    await world.clock.sleep(LATER_MS + 1000)
    await registerAll(world, { a: android('new', 2) })
    await world.stores.links.link(event.endpoint, keyOf('a'), 1)
    expect((await handleEndpointEvent(world.ports, event)).pruned).toEqual([keyOf('b')])
    expect(await devicesOf(world)).toEqual(['a'])
  })

  test('an endpoint that nobody uses is no error', async () => {
    const world = createWorld()
    const event = { endpoint: 'arn:of:nobody', type: 'EndpointDisabled', words: '', at: world.clock.now() } as const
    expect(await handleEndpointEvent(world.ports, event)).toMatchObject({ action: 'prune', pruned: [] })
  })
})

describe('a registration since the event', () => {
  test.each([
    ['long before it', LATER_MS, []],
    ['shortly before it, in doubt,', SOON_MS, ['a']],
    ['after it', -1, ['a']],
  ])('made %s', async (_, afterMs, left) => {
    const world = createWorld()
    await registerAll(world, { a: android('a') })
    await handleEndpointEvent(world.ports, eventOf(world, 'fcm-a', afterMs))
    expect(await devicesOf(world)).toEqual(left)
  })

  test('an old event that the queue brings again finds the device that registered meanwhile, and leaves it', async () => {
    const world = createWorld()
    await registerAll(world, { a: android('a') })
    const event = eventOf(world, 'fcm-a', LATER_MS)
    expect((await handleEndpointEvent(world.ports, event)).pruned).toHaveLength(1)
    await world.clock.sleep(LATER_MS + 1000)
    await registerAll(world, { a: android('a', 2) })
    const again = { ...event, endpoint: world.sns.arnOf('fcm-a') ?? '' }
    await world.clock.sleep(900_000)
    expect((await handleEndpointEvent(world.ports, again)).pruned).toEqual([])
    expect(await devicesOf(world)).toEqual(['a'])
    expect(world.sns.isEnabled(again.endpoint)).toBe(true)
  })

  test('one device that enabled the endpoint again keeps the others of it, too', async () => {
    const world = createWorld()
    await registerAll(world, { a: android('shared') })
    const event = eventOf(world, 'fcm-shared', LATER_MS)
    await world.clock.sleep(LATER_MS + 1000)
    await registerAll(world, { b: android('shared') }, '1002')
    expect((await handleEndpointEvent(world.ports, event)).pruned).toEqual([])
    expect([await devicesOf(world), await devicesOf(world, '1002')]).toEqual([['a'], ['b']])
  })
})

describe('an event that is handled again', () => {
  test('after it was handled changes nothing', async () => {
    const world = createWorld()
    await registerAll(world, { a: android('a'), b: android('b') })
    const event = eventOf(world, 'fcm-a', LATER_MS)
    await handleEndpointEvent(world.ports, event)
    expect((await handleEndpointEvent(world.ports, event)).pruned).toEqual([])
    expect(await world.stores.devices.countOf(PBX.id)).toBe(1)
  })

  test('after AWS failed half-way goes on to the endpoint', async () => {
    const world = createWorld()
    await registerAll(world, { a: android('a') })
    const event = eventOf(world, 'fcm-a', LATER_MS)
    const links = { ...world.stores.links, unlink: () => Promise.reject(new Error('no table')) }
    await expect(handleEndpointEvent({ ...world.ports, links }, event)).rejects.toThrow('no table')
    expect(world.sns.exists(event.endpoint)).toBe(true)
    await handleEndpointEvent(world.ports, event)
    expect(world.sns.exists(event.endpoint)).toBe(false)
    expect(await world.stores.links.devicesOf(event.endpoint)).toEqual([])
  })

  test('leaves alone what a removed device registered since', async () => {
    const world = createWorld()
    await registerAll(world, { a: android('a') })
    await remove(world.ports, keyOf('a'), 2)
    await world.clock.sleep(LATER_MS)
    await registerAll(world, { a: android('a', 3) })
    await handleEndpointEvent(world.ports, eventOf(world, 'fcm-a', 0))
    expect(await devicesOf(world)).toEqual(['a'])
  })
})

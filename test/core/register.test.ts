import { expect, test } from 'vitest'
import { list } from '../../core/list.ts'
import { register } from '../../core/register.ts'
import { START } from './clock.ts'
import { android, createWorld, iphone, keyOf, OTHER_PBX, PBX } from './world.ts'

const key = keyOf('a')

test('a new device is stored with an endpoint for each of its tokens, and counted', async () => {
  const world = createWorld()
  const { device } = await register(world.ports, PBX, keyOf('i'), iphone('i'))
  expect(device).toEqual({
    ...keyOf('i'),
    platform: 'ios',
    app: 'phone',
    tokens: { voip: 'voip-i', alert: 'alert-i' },
    endpoints: { voip: world.sns.arnOf('voip-i'), alert: world.sns.arnOf('alert-i') },
    version: 1,
    updatedAt: START,
  })
  expect(await world.stores.devices.of(PBX.id, '1001')).toEqual([device])
  expect(await world.stores.devices.countOf(PBX.id)).toBe(1)
})

test('a newer version takes the place of the older, and the count stays', async () => {
  const world = createWorld()
  await register(world.ports, PBX, key, android('one', 1))
  await register(world.ports, PBX, key, android('two', 2))
  expect(await world.stores.devices.of(PBX.id, '1001')).toMatchObject([{ tokens: { fcm: 'fcm-two' }, version: 2 }])
  expect(await world.stores.devices.countOf(PBX.id)).toBe(1)
})

test('the same version again answers what is stored and changes nothing', async () => {
  const world = createWorld()
  const first = await register(world.ports, PBX, key, android('one', 5))
  await world.clock.sleep(1000)
  expect((await register(world.ports, PBX, key, android('other', 5))).device).toEqual(first.device)
  expect(world.sns.arnOf('fcm-other')).toBeUndefined()
})

test('an older version is refused with the stored one', async () => {
  const world = createWorld()
  await register(world.ports, PBX, key, android('one', 5))
  await expect(register(world.ports, PBX, key, android('old', 4))).rejects.toMatchObject({
    code: 'stale_version',
    extras: { storedVersion: 5 },
  })
  expect(world.sns.arnOf('fcm-old')).toBeUndefined()
})

test('a version that removed the device refuses the same one again, and says that it is a removal', async () => {
  const world = createWorld()
  await register(world.ports, PBX, key, android('one', 5))
  await world.stores.devices.bury(key, 5, 'same', START)
  await expect(register(world.ports, PBX, key, android('one', 5))).rejects.toMatchObject({
    code: 'stale_version',
    extras: { storedVersion: 5, removed: true },
  })
  await register(world.ports, PBX, key, android('one', 6))
  await expect(register(world.ports, PBX, key, android('one', 5))).rejects.toSatisfy(
    ({ extras }) => extras.storedVersion === 6 && !('removed' in extras),
  )
})

test('registering a token whose endpoint is disabled enables it', async () => {
  const world = createWorld()
  await register(world.ports, PBX, key, android('one', 1))
  world.sns.disable('fcm-one')
  await register(world.ports, PBX, key, android('one', 2))
  expect(world.sns.isEnabled(world.sns.arnOf('fcm-one') ?? '')).toBe(true)
})

test('an endpoint that a changed token leaves behind is deleted', async () => {
  const world = createWorld()
  await register(world.ports, PBX, key, android('one', 1))
  await register(world.ports, PBX, key, android('two', 2))
  expect(world.sns.arnOf('fcm-one')).toBeUndefined()
  expect(world.sns.arnOf('fcm-two')).toBeDefined()
})

test('an endpoint that another PBX still uses is not', async () => {
  const world = createWorld()
  await register(world.ports, PBX, key, android('one', 1))
  await register(world.ports, OTHER_PBX, keyOf('a', '1001', OTHER_PBX.id), android('one', 1))
  await register(world.ports, PBX, key, android('two', 2))
  expect(world.sns.arnOf('fcm-one')).toBeDefined()
})

test('a PBX at its quota of devices is refused a new one, but not a change of one that it has', async () => {
  const world = createWorld()
  const one = { ...PBX, quotas: { ...PBX.quotas, devices: 1 } }
  await register(world.ports, one, key, android('a', 1))
  await expect(register(world.ports, one, keyOf('b'), android('b', 1))).rejects.toMatchObject({
    code: 'device_quota_exceeded',
    headers: { ratelimit: '"devices";r=0', 'ratelimit-policy': '"devices";q=1' },
  })
  expect(await register(world.ports, one, key, android('a', 2))).toMatchObject({ device: { version: 2 }, quotaUsed: 100 })
  expect(world.sns.arnOf('fcm-b')).toBeUndefined()
})

test('an app that the relay does not know, or knows on the other platform only, is refused', async () => {
  const world = createWorld()
  const refusal = { code: 'unknown_app' }
  await expect(register(world.ports, PBX, key, { ...android('a'), app: 'nobody' })).rejects.toMatchObject(refusal)
  await expect(register(world.ports, PBX, key, { ...android('a'), app: 'calls-only' })).rejects.toMatchObject(refusal)
  expect(await world.stores.devices.of(PBX.id, '1001')).toEqual([])
})

test('an alert token of an app that has no application for alerts waits unused', async () => {
  const world = createWorld()
  const { device } = await register(world.ports, PBX, keyOf('i'), iphone('i', 1, 'calls-only'))
  expect(device.tokens).toEqual({ voip: 'voip-i', alert: 'alert-i' })
  expect(device.endpoints).toEqual({ voip: world.sns.arnOf('voip-i') })
})

test('a token that SNS refuses registers nothing', async () => {
  const world = createWorld()
  const request = { platform: 'android' as const, app: 'phone', tokens: { fcm: 'refused' }, version: 1 }
  await expect(register(world.ports, PBX, key, request)).rejects.toMatchObject({ code: 'token_refused' })
  expect(await world.stores.devices.get(key)).toBeUndefined()
})

test('a registration that loses against a newer one lets its endpoint go', async () => {
  const world = createWorld()
  const put: typeof world.stores.devices.put = async (device) => {
    if (device.version === 1) await register(world.ports, PBX, key, android('new', 2))
    return world.stores.devices.put(device)
  }
  const slow = { ...world.ports, devices: { ...world.stores.devices, put } }
  await expect(register(slow, PBX, key, android('old', 1))).rejects.toMatchObject({ code: 'stale_version' })
  expect(world.sns.arnOf('fcm-old')).toBeUndefined()
  expect(world.sns.arnOf('fcm-new')).toBeDefined()
})

test('the list shows the devices of one extension, and of each token no more than six characters', async () => {
  const world = createWorld()
  await register(world.ports, PBX, key, android('123456789', 7))
  await register(world.ports, PBX, keyOf('b', '1002'), android('elsewhere', 1))
  const updatedAt = new Date(START).toISOString()
  const shown = { extension: '1001', deviceId: 'a', platform: 'android', app: 'phone', version: 7, updatedAt }
  expect(await list(world.stores.devices, PBX.id, '1001')).toEqual([{ ...shown, tokens: { fcm: '…456789' } }])
})

import { expect, test } from 'vitest'
import { register, remove } from '../../core/register.ts'
import { android, createWorld, keyOf, OTHER_PBX, PBX } from './world.ts'

const key = keyOf('a')

async function registered(version: number) {
  const world = createWorld()
  await register(world.ports, PBX, key, android('a', version))
  return { ...world, live: () => world.stores.devices.of(PBX.id, '1001') }
}

test('a removed device is gone, with its endpoint and out of the count', async () => {
  const world = await registered(1)
  await remove(world.ports, key, 2)
  expect(await world.live()).toEqual([])
  expect(await world.stores.devices.countOf(PBX.id)).toBe(0)
  expect(world.sns.arnOf('fcm-a')).toBeUndefined()
})

test('removing again is no error and counts once', async () => {
  const world = await registered(1)
  await remove(world.ports, key, 2)
  await remove(world.ports, key, 2)
  await remove(world.ports, key, 3)
  expect(await world.stores.devices.countOf(PBX.id)).toBe(0)
})

test('removing what was never there is no error, and counts nothing', async () => {
  const world = createWorld()
  await remove(world.ports, key, 1)
  expect(await world.stores.devices.countOf(PBX.id)).toBe(0)
})

test('a removal older than the registration is refused and removes nothing', async () => {
  const world = await registered(5)
  await expect(remove(world.ports, key, 4)).rejects.toMatchObject({ code: 'stale_version', extras: { storedVersion: 5 } })
  expect(await world.live()).toHaveLength(1)
  expect(world.sns.arnOf('fcm-a')).toBeDefined()
})

test('a removal with the very version of the registration is refused too: it never answers done and leaves the phone', async () => {
  const world = await registered(5)
  await expect(remove(world.ports, key, 5)).rejects.toMatchObject({ code: 'stale_version', extras: { storedVersion: 5 } })
})

test('the tombstone keeps an older registration out, and lets a newer one in', async () => {
  const world = await registered(1)
  await remove(world.ports, key, 5)
  await expect(register(world.ports, PBX, key, android('a', 4))).rejects.toMatchObject({ code: 'stale_version' })
  await expect(register(world.ports, PBX, key, android('a', 5))).rejects.toMatchObject({ code: 'stale_version' })
  expect(await world.live()).toEqual([])
  await register(world.ports, PBX, key, android('a', 6))
  expect(await world.live()).toHaveLength(1)
  expect(await world.stores.devices.countOf(PBX.id)).toBe(1)
})

test('an endpoint shared with another extension or PBX goes with the last of them', async () => {
  const world = await registered(1)
  const others = [keyOf('a', '1002'), keyOf('a', '1001', OTHER_PBX.id)] as const
  await register(world.ports, PBX, others[0], android('a'))
  await register(world.ports, OTHER_PBX, others[1], android('a'))
  await remove(world.ports, key, 2)
  await remove(world.ports, others[0], 2)
  expect(world.sns.isEnabled(world.sns.arnOf('fcm-a') ?? '')).toBe(true)
  await remove(world.ports, others[1], 2)
  expect(world.sns.arnOf('fcm-a')).toBeUndefined()
})

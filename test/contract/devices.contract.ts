import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Device, DeviceKey } from '../../core/device.ts'
import type { DeviceStore } from '../../core/ports.ts'

const NOW = Date.parse('2026-03-02T09:00:00.000Z')

const aKey = (more: Partial<DeviceKey> = {}): DeviceKey => ({ pbx: randomUUID(), extension: '1001', deviceId: 'phone', ...more })

const deviceOf = (key: DeviceKey, version: number): Device => ({
  ...key,
  platform: 'ios',
  app: 'phone',
  tokens: { voip: `token-${version}` },
  endpoints: { voip: `arn:aws:sns:eu-west-1:123456789012:endpoint/APNS_VOIP/phone/${version}` },
  version,
  updatedAt: NOW,
})

const tombstone = (key: DeviceKey, version: number) => ({ ...key, version, removed: true })
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

/** What core asks of a `DeviceStore`. */
export function devicesContract(open: () => DeviceStore): void {
  test('a device that was never put is not there', async () => {
    expect(await open().get(aKey())).toBeUndefined()
    expect(await open().of(randomUUID(), '1001')).toEqual([])
  })

  test('a device is read as it was put, by key and by extension', async () => {
    const device = deviceOf(aKey(), 1)
    expect(await open().put(device)).toEqual({ applied: true, stored: undefined })
    expect(await open().get(device)).toEqual(device)
    expect(await open().of(device.pbx, '1001')).toEqual([device])
  })

  test('extensions, PBXs and devices whose names run into each other stay apart', async () => {
    const pbx = randomUUID()
    const keys = [
      aKey({ pbx }),
      aKey({ pbx, extension: '1001#DEVICE' }),
      aKey({ pbx, extension: '10' }),
      aKey({ pbx: `${pbx}-1` }),
      aKey({ pbx, extension: '1001', deviceId: 'phone2' }),
    ]
    await Promise.all(keys.map((key) => open().put(deviceOf(key, 1))))
    const found = await open().of(pbx, '1001')
    expect(found.map(({ deviceId }) => deviceId).sort()).toEqual(['phone', 'phone2'])
    expect(await Promise.all(keys.map((key) => open().get(key)))).toEqual(keys.map((key) => deviceOf(key, 1)))
  })

  test('a newer version is applied, and what stood there before is given', async () => {
    const key = aKey()
    await open().put(deviceOf(key, 1))
    expect(await open().put(deviceOf(key, 2))).toEqual({ applied: true, stored: deviceOf(key, 1) })
    expect(await open().get(key)).toEqual(deviceOf(key, 2))
  })

  test.each([1, 2])('version %i does not take the place of version 2', async (version) => {
    const key = aKey()
    await open().put(deviceOf(key, 2))
    expect(await open().put({ ...deviceOf(key, version), app: 'other' })).toEqual({ applied: false, stored: deviceOf(key, 2) })
    expect(await open().get(key)).toEqual(deviceOf(key, 2))
  })

  test('a newer burial leaves a tombstone that is no device of its extension', async () => {
    const key = aKey()
    await open().put(deviceOf(key, 1))
    expect(await open().bury(key, 2, 'newer', NOW)).toEqual({ applied: true, stored: deviceOf(key, 1) })
    expect(await open().get(key)).toMatchObject(tombstone(key, 2))
    expect(await open().of(key.pbx, key.extension)).toEqual([])
  })

  test.each([1, 2])('a burial of version %i does not bury version 2', async (version) => {
    const key = aKey()
    await open().put(deviceOf(key, 2))
    expect(await open().bury(key, version, 'newer', NOW)).toEqual({ applied: false, stored: deviceOf(key, 2) })
    expect(await open().of(key.pbx, key.extension)).toHaveLength(1)
  })

  test('what was never there is buried too: an older registration may still be on its way', async () => {
    const key = aKey()
    expect(await open().bury(key, 5, 'newer', NOW)).toEqual({ applied: true, stored: undefined })
    expect((await open().put(deviceOf(key, 4))).applied).toBe(false)
    expect((await open().put(deviceOf(key, 5))).applied).toBe(false)
    expect((await open().put(deviceOf(key, 6))).applied).toBe(true)
    expect(await open().of(key.pbx, key.extension)).toEqual([deviceOf(key, 6)])
  })

  test('a prune buries exactly the version that was seen', async () => {
    const key = aKey()
    await open().put(deviceOf(key, 2))
    expect((await open().bury(key, 1, 'same', NOW)).applied).toBe(false)
    expect((await open().bury(key, 3, 'same', NOW)).applied).toBe(false)
    expect(await open().bury(key, 2, 'same', NOW)).toEqual({ applied: true, stored: deviceOf(key, 2) })
    expect((await open().bury(aKey(), 1, 'same', NOW)).applied).toBe(false)
  })

  test('of many versions put at once the newest stays', async () => {
    const key = aKey()
    await Promise.all(upTo(25).map((i) => open().put(deviceOf(key, ((i * 7) % 25) + 1))))
    expect(await open().get(key)).toEqual(deviceOf(key, 25))
  })

  test('of registrations and burials at once the newest stays, and each applied one saw what it replaced', async () => {
    const key = aKey()
    const answers = await Promise.all(
      upTo(60).map((i) => (i % 2 ? open().put(deviceOf(key, i)) : open().bury(key, i, 'newer', NOW))),
    )
    expect(await open().get(key)).toMatchObject(tombstone(key, 60))
    const replaced = answers.flatMap(({ applied, stored }) => (applied ? [stored?.version ?? 0] : []))
    expect(new Set(replaced).size).toBe(replaced.length)
  })

  test('of a put and a prune at once the put survives, whichever came first', async () => {
    await Promise.all(
      upTo(20).map(async () => {
        const key = aKey()
        await open().put(deviceOf(key, 1))
        await Promise.all([open().put(deviceOf(key, 2)), open().bury(key, 1, 'same', NOW)])
        expect(await open().get(key)).toEqual(deviceOf(key, 2))
      }),
    )
  })

  test('the count of a PBX goes up and down, and starts at none', async () => {
    const pbx = randomUUID()
    expect(await open().countOf(pbx)).toBe(0)
    await Promise.all(upTo(20).map(() => open().count(pbx, 1)))
    await open().count(pbx, -1)
    expect(await open().countOf(pbx)).toBe(19)
  })

  test('an extension of more devices than one page of the database holds is read whole', async () => {
    const pbx = randomUUID()
    const long = { voip: 'x'.repeat(60_000) }
    await Promise.all(upTo(20).map((i) => open().put({ ...deviceOf(aKey({ pbx, deviceId: `phone${i}` }), 1), tokens: long })))
    expect(await open().of(pbx, '1001')).toHaveLength(20)
  })
}

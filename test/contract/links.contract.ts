import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { EndpointLinks } from '../../core/ports.ts'

const NOW = Date.parse('2026-03-02T09:00:00.000Z')
const MINUTE_MS = 60_000
const anArn = () => `arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/phone/${randomUUID()}`
const mine = { pbx: 'acme', extension: '1001', deviceId: 'phone' }
const theirs = { pbx: 'globex', extension: '1001', deviceId: 'phone' }

/** What core asks of `EndpointLinks`. */
export function linksContract(open: () => EndpointLinks): void {
  const devicesOf = async (arn: string) => (await open().of(arn, NOW)).devices

  test('an endpoint that nobody linked serves nobody and is not closing', async () => {
    expect(await open().of(anArn(), NOW)).toEqual({ devices: 0, closing: false })
  })

  test('an endpoint counts every device that it serves once', async () => {
    const arn = anArn()
    await open().link(arn, mine, 1)
    await open().link(arn, mine, 2)
    await open().link(arn, theirs, 1)
    expect(await devicesOf(arn)).toBe(2)
    expect(await devicesOf(anArn())).toBe(0)
  })

  test('extensions and devices whose names run into each other are different devices', async () => {
    const arn = anArn()
    await open().link(arn, { ...mine, extension: '1#DEVICE#2', deviceId: '3' }, 1)
    await open().link(arn, { ...mine, extension: '1', deviceId: '3' }, 1)
    await open().unlink(arn, { ...mine, extension: '1', deviceId: '3' }, 1)
    expect(await devicesOf(arn)).toBe(1)
  })

  test.each([1, 2])('unlinking up to the version %i that was linked takes the device off', async (version) => {
    const arn = anArn()
    await open().link(arn, mine, 1)
    await open().unlink(arn, mine, version)
    expect(await devicesOf(arn)).toBe(0)
  })

  test('a link that a newer version wrote again stays', async () => {
    const arn = anArn()
    await open().link(arn, mine, 1)
    await open().link(arn, mine, 2)
    await open().unlink(arn, mine, 1)
    expect(await devicesOf(arn)).toBe(1)
  })

  test('an older version that links late does not make the link its own', async () => {
    const arn = anArn()
    await open().link(arn, mine, 3)
    await open().link(arn, mine, 1)
    await open().unlink(arn, mine, 2)
    expect(await devicesOf(arn)).toBe(1)
  })

  test('unlinking what is not linked is no error', async () => {
    const arn = anArn()
    await open().unlink(arn, mine, 1)
    expect(await devicesOf(arn)).toBe(0)
  })

  test('the mark of closing is seen until it is cleared, and is no device', async () => {
    const arn = anArn()
    await open().link(arn, mine, 1)
    const mark = await open().setClosing(arn, NOW)
    expect(await open().of(arn, NOW)).toEqual({ devices: 1, closing: true })
    await open().clearClosing(arn, mark)
    expect(await open().of(arn, NOW)).toEqual({ devices: 1, closing: false })
  })

  test('of two marks each is its setter’s own: clearing one leaves the other', async () => {
    const arn = anArn()
    const [one, two] = [await open().setClosing(arn, NOW), await open().setClosing(arn, NOW)]
    await open().clearClosing(arn, one)
    expect((await open().of(arn, NOW)).closing).toBe(true)
    await open().clearClosing(arn, two)
    expect((await open().of(arn, NOW)).closing).toBe(false)
  })

  test('a mark whose setter died is void after a minute, and not before', async () => {
    const arn = anArn()
    await open().setClosing(arn, NOW)
    expect((await open().of(arn, NOW + MINUTE_MS - 1)).closing).toBe(true)
    expect((await open().of(arn, NOW + MINUTE_MS)).closing).toBe(false)
  })

  test('an endpoint names the devices that it serves, whatever their names hold, and no mark', async () => {
    const arn = anArn()
    const keys = [
      mine,
      theirs,
      { ...mine, extension: '1#DEVICE#2', deviceId: '3' },
      { ...mine, extension: '1#EXT#2', deviceId: 'DEVICE:x' },
      { ...mine, extension: '*72#', deviceId: 'phone' },
    ]
    for (const key of keys) await open().link(arn, key, 1)
    await open().link(anArn(), { ...mine, deviceId: 'of another endpoint' }, 1)
    await open().setClosing(arn, NOW)
    const found = await open().devicesOf(arn)
    expect(found).toHaveLength(keys.length)
    expect(found).toEqual(expect.arrayContaining(keys))
  })

  test('a device that was taken off is not named any more; nobody is named for what nobody linked', async () => {
    const arn = anArn()
    await open().link(arn, mine, 1)
    await open().link(arn, theirs, 1)
    await open().unlink(arn, mine, 1)
    expect(await open().devicesOf(arn)).toEqual([theirs])
    expect(await open().devicesOf(anArn())).toEqual([])
  })

  test('many devices that link at once all count, and none is left when they go at once', async () => {
    const arn = anArn()
    const keys = Array.from({ length: 25 }, (_, i) => ({ ...mine, deviceId: `phone${i}` }))
    await Promise.all(keys.map((key) => open().link(arn, key, 1)))
    expect(await devicesOf(arn)).toBe(25)
    await Promise.all(keys.map((key) => open().unlink(arn, key, 1)))
    expect(await devicesOf(arn)).toBe(0)
  })
}

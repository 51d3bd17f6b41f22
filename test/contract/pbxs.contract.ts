import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Pbx, PbxStore } from '../../core/ports.ts'

const aPbx = (): Pbx => ({
  id: randomUUID(),
  name: 'Büro München',
  keys: { k1: 'x'.repeat(43) },
  quotas: { devices: 100, pushesPerMinute: 600 },
})

/** What the functions ask of a `PbxStore`. */
export function pbxsContract(open: () => PbxStore): void {
  test('a PBX that was never made is not there', async () => {
    expect(await open().get(randomUUID())).toBeUndefined()
  })

  test('a PBX is read as it was made', async () => {
    const pbx = aPbx()
    expect(await open().create(pbx)).toBe(true)
    expect(await open().get(pbx.id)).toEqual(pbx)
  })

  test('an id that is taken stays with its first PBX', async () => {
    const pbx = aPbx()
    await open().create(pbx)
    expect(await open().create({ ...pbx, keys: { k2: 'y'.repeat(43) } })).toBe(false)
    expect(await open().get(pbx.id)).toEqual(pbx)
  })

  test('of many who make one id at once, one does', async () => {
    const pbx = aPbx()
    const made = await Promise.all(Array.from({ length: 20 }, () => open().create(pbx)))
    expect(made.filter(Boolean)).toHaveLength(1)
  })
}

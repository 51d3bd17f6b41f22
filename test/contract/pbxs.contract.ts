import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { MOST_KEYS, type Pbx, type PbxStore } from '../../core/pbx.ts'

const NOW = Date.parse('2026-03-02T09:00:00.000Z')
const KEY = { publicKey: 'x'.repeat(43), addedAt: 1 }
const OTHER = { publicKey: 'y'.repeat(43), addedAt: 2 }

const aPbx = (more: Partial<Pbx> = {}): Pbx => ({
  id: randomUUID(),
  name: 'Büro München',
  keys: { k1: KEY },
  quotas: { devices: 100, pushesPerMinute: 600 },
  ...more,
})

const anInvitation = () => ({ codeHash: randomUUID(), until: NOW + 1000 })
const keysFor = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, KEY]))

/** What the functions and the operator's command ask of a `PbxStore`. */
export function pbxsContract(open: () => PbxStore): void {
  async function made(more: Partial<Pbx> = {}): Promise<Pbx> {
    const pbx = aPbx(more)
    await open().create(pbx)
    return pbx
  }

  test('a PBX that was never made is not there', async () => {
    expect(await open().get(randomUUID())).toBeUndefined()
  })

  test('a PBX is read as it was made', async () => {
    const pbx = aPbx({ invitation: anInvitation() })
    expect(await open().create(pbx)).toBe(true)
    expect(await open().get(pbx.id)).toEqual(pbx)
  })

  test('an id that is taken stays with its first PBX', async () => {
    const pbx = await made()
    expect(await open().create({ ...pbx, keys: { k2: OTHER } })).toBe(false)
    expect(await open().get(pbx.id)).toEqual(pbx)
  })

  test('of many who make one id at once, one does', async () => {
    const pbx = aPbx()
    const created = await Promise.all(Array.from({ length: 20 }, () => open().create(pbx)))
    expect(created.filter(Boolean)).toHaveLength(1)
  })

  test('all PBXs are listed, in the order of their ids, more of them than are read at once', async () => {
    const pbxs = await Promise.all(Array.from({ length: 60 }, () => made()))
    const ids = pbxs.map(({ id }) => id).sort()
    const listed = (await open().list()).filter(({ id }) => ids.includes(id))
    expect(listed.map(({ id }) => id)).toEqual(ids)
    expect(listed).toEqual(expect.arrayContaining(pbxs))
  })

  test('quotas change one by one; other members stay', async () => {
    const pbx = await made()
    const less = { ...pbx, quotas: { devices: 5, pushesPerMinute: 600 } }
    expect(await open().setQuotas(pbx.id, { devices: 5 })).toEqual(less)
    expect(await open().setQuotas(pbx.id, {})).toEqual(less)
    const both = { devices: 6, pushesPerMinute: 7 }
    expect(await open().setQuotas(pbx.id, both)).toEqual({ ...pbx, quotas: both })
    expect(await open().get(pbx.id)).toEqual({ ...pbx, quotas: both })
  })

  test('nothing that changes a PBX makes one', async () => {
    const [id, invitation] = [randomUUID(), anInvitation()]
    const changes = [
      open().setQuotas(id, { devices: 5 }),
      open().invite(id, invitation, {}),
      open().enrol(id, invitation.codeHash, 'k1', KEY.publicKey, NOW),
      open().addKey(id, 'k1', 'k2', KEY),
      open().removeKey(id, 'k1', 'k1'),
      open().revoke(id, NOW),
    ]
    expect(await Promise.all(changes)).toEqual(changes.map(() => undefined))
    expect(await open().get(id)).toBeUndefined()
  })

  test('a code leads to its PBX, one that was never noted to none', async () => {
    const invitation = anInvitation()
    await open().noteCode(invitation, 'hq')
    expect(await open().pbxOfCode(invitation.codeHash)).toBe('hq')
    expect(await open().pbxOfCode(randomUUID())).toBeUndefined()
  })

  test('an invitation replaces the one before, and changes what it is given', async () => {
    const pbx = await made({ invitation: anInvitation() })
    const [plain, renamed] = [anInvitation(), anInvitation()]
    expect(await open().invite(pbx.id, plain, {})).toEqual({ ...pbx, invitation: plain })
    expect(await open().invite(pbx.id, renamed, { name: 'HQ', devices: 7 })).toEqual({
      ...pbx,
      name: 'HQ',
      quotas: { devices: 7, pushesPerMinute: 600 },
      invitation: renamed,
    })
  })

  test('a code enrols once: the key is there, the invitation is not', async () => {
    const { codeHash, until } = anInvitation()
    const { invitation, ...pbx } = await made({ invitation: { codeHash, until } })
    const after = { ...pbx, keys: { k1: KEY, k2: { publicKey: OTHER.publicKey, addedAt: NOW, codeHash } } }
    expect(await open().enrol(pbx.id, codeHash, 'k2', OTHER.publicKey, NOW)).toEqual(after)
    expect(await open().enrol(pbx.id, codeHash, 'k3', OTHER.publicKey, NOW)).toBeUndefined()
    expect(await open().get(pbx.id)).toEqual(after)
  })

  test('a code is valid until its time and not after', async () => {
    const invitation = anInvitation()
    const { id } = await made({ invitation })
    expect(await open().enrol(id, invitation.codeHash, 'k2', OTHER.publicKey, invitation.until)).toBeUndefined()
    expect(await open().enrol(id, invitation.codeHash, 'k2', OTHER.publicKey, invitation.until - 1)).toBeDefined()
  })

  test('another code than the invitation’s enrols nobody', async () => {
    const pbx = await made({ invitation: anInvitation() })
    expect(await open().enrol(pbx.id, randomUUID(), 'k2', OTHER.publicKey, NOW)).toBeUndefined()
    expect(await open().get(pbx.id)).toEqual(pbx)
  })

  test('of many who enrol with one code at once, one does', async () => {
    const invitation = anInvitation()
    const { id } = await made({ keys: {}, invitation })
    const ids = Array.from({ length: 20 }, (_, i) => `k${i}`)
    const enrolled = await Promise.all(ids.map((keyId) => open().enrol(id, invitation.codeHash, keyId, keyId, NOW)))
    expect(enrolled.filter(Boolean)).toHaveLength(1)
    expect(Object.keys((await open().get(id))?.keys ?? {})).toHaveLength(1)
  })

  test(`the ${MOST_KEYS}th key is enrolled or added, one more is not, and one that is there is no more`, async () => {
    const invitation = anInvitation()
    const { id } = await made({ keys: keysFor(MOST_KEYS - 1), invitation })
    expect(await open().addKey(id, 'k0', 'new', OTHER)).toBeDefined()
    expect(await open().addKey(id, 'k0', 'one-more', OTHER)).toBeUndefined()
    expect(await open().enrol(id, invitation.codeHash, 'one-more', OTHER.publicKey, NOW)).toBeUndefined()
    expect(await open().addKey(id, 'k0', 'new', OTHER)).toBeDefined()
    expect(await open().enrol(id, invitation.codeHash, 'k0', KEY.publicKey, NOW)).toBeDefined()
    expect(Object.keys((await open().get(id))?.keys ?? {})).toHaveLength(MOST_KEYS)
  })

  test('of many keys added at once, as many are as there is room for', async () => {
    const { id } = await made()
    const ids = Array.from({ length: 20 }, (_, i) => `new${i}`)
    const added = await Promise.all(ids.map((keyId) => open().addKey(id, 'k1', keyId, OTHER)))
    expect(added.filter(Boolean)).toHaveLength(MOST_KEYS - 1)
  })

  test('a key that is added again stays as it is', async () => {
    const pbx = await made()
    expect(await open().addKey(pbx.id, 'k1', 'k1', OTHER)).toEqual(pbx)
    expect((await open().addKey(pbx.id, 'k1', 'k2', OTHER))?.keys).toEqual({ k1: KEY, k2: OTHER })
  })

  test('a key is added and removed in the name of a key that the PBX has, and of no other', async () => {
    const pbx = await made({ keys: { k1: KEY, k2: OTHER } })
    expect(await open().addKey(pbx.id, 'k3', 'k4', KEY)).toBeUndefined()
    expect(await open().removeKey(pbx.id, 'k1', 'k3')).toBeUndefined()
    expect(await open().get(pbx.id)).toEqual(pbx)
    expect((await open().removeKey(pbx.id, 'k1', 'k2'))?.keys).toEqual({ k2: OTHER })
    expect((await open().removeKey(pbx.id, 'k1', 'k2'))?.keys).toEqual({ k2: OTHER })
    expect((await open().removeKey(pbx.id, 'k2', 'k2'))?.keys).toEqual({})
  })

  test('who is revoked has no key and no invitation, until the next one', async () => {
    const { invitation, ...pbx } = await made({ invitation: anInvitation() })
    const revoked = { ...pbx, keys: {}, revokedAt: NOW }
    expect(await open().revoke(pbx.id, NOW)).toEqual(revoked)
    expect(await open().enrol(pbx.id, invitation?.codeHash ?? '', 'k2', OTHER.publicKey, NOW)).toBeUndefined()
    expect(await open().addKey(pbx.id, 'k1', 'k2', OTHER)).toBeUndefined()
    expect(await open().get(pbx.id)).toEqual(revoked)
    const next = anInvitation()
    expect(await open().invite(pbx.id, next, {})).toEqual({ ...pbx, keys: {}, invitation: next })
    expect(await open().enrol(pbx.id, next.codeHash, 'k2', OTHER.publicKey, NOW)).toBeDefined()
  })
}

import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ClaimKey, ClaimResult, Claims, Slot } from '../../core/ports.ts'

const NOW = Date.parse('2026-03-02T09:00:00.000Z')
const LEASE = { now: NOW, until: NOW + 3000 }
const RING = { to: '1001', askedAt: NOW - 50, receivedAt: NOW, deadline: NOW + 30_000 }

const result: ClaimResult = {
  at: NOW + 80,
  deliveries: [{ deviceId: 'i', platform: 'ios', outcome: 'accepted', messageId: 'm', at: '2026-03-02T09:00:00.080Z' }],
}

const aKey = (slot: Slot = 'ring'): ClaimKey => ({ pbx: randomUUID(), id: 'a84b@host/1', slot })

/** What core asks of `Claims`. */
export function claimsContract(open: () => Claims): void {
  test('the first take gets the claim, and its fields are kept', async () => {
    const key = aKey()
    const { taken, item } = await open().take(key, LEASE, RING)
    expect(taken).toBe(true)
    expect(item).toMatchObject({ ...RING, lease: { ring: LEASE.until } })
    expect(await open().get(key.pbx, key.id)).toMatchObject({ ...RING, lease: { ring: LEASE.until } })
  })

  test('a call that nobody claimed is not there', async () => {
    expect(await open().get(randomUUID(), 'nobody')).toBeUndefined()
  })

  test('while the lease runs nobody takes it, to its last millisecond', async () => {
    const key = aKey()
    await open().take(key, LEASE, RING)
    const late = await open().take(key, { now: LEASE.until, until: LEASE.until + 3000 }, {})
    expect(late.taken).toBe(false)
    expect(late.item).toMatchObject({ ...RING, lease: { ring: LEASE.until } })
  })

  test('after it the claim is taken over, with the first fields', async () => {
    const key = aKey()
    await open().take(key, LEASE, RING)
    const later = { now: LEASE.until + 1, until: LEASE.until + 3001 }
    const { taken, item } = await open().take(key, later, { ...RING, deadline: NOW + 99_000, to: '1002' })
    expect(taken).toBe(true)
    expect(item).toMatchObject({ ...RING, lease: { ring: later.until } })
  })

  test('of many takes at once exactly one gets the claim, and the others see it', async () => {
    const key = aKey()
    const takes = await Promise.all(Array.from({ length: 25 }, (_, i) => open().take(key, LEASE, { ...RING, deadline: NOW + i })))
    expect(takes.filter(({ taken }) => taken)).toHaveLength(1)
    expect(new Set(takes.map(({ item }) => item.deadline)).size).toBe(1)
  })

  test('of many take-overs at once exactly one gets the claim', async () => {
    const key = aKey()
    await open().take(key, LEASE, RING)
    const later = { now: NOW + 3001, until: NOW + 6001 }
    const takes = await Promise.all(Array.from({ length: 25 }, () => open().take(key, later, RING)))
    expect(takes.filter(({ taken }) => taken)).toHaveLength(1)
  })

  test('a written result ends the claim for good, and every later take reads it', async () => {
    const key = aKey()
    await open().take(key, LEASE, RING)
    await open().finish(key, LEASE.until, result, true)
    const { taken, item } = await open().take(key, { now: NOW + 60_000, until: NOW + 63_000 }, RING)
    expect(taken).toBe(false)
    expect(item.result.ring).toEqual(result)
    expect(item.lease.ring).toBeUndefined()
  })

  test('after a result that is not final the claim can be taken again, at once and once', async () => {
    const key = aKey()
    await open().take(key, LEASE, RING)
    await open().finish(key, LEASE.until, result, false)
    expect((await open().get(key.pbx, key.id))?.result.ring).toEqual(result)
    const later = { now: NOW + 100, until: NOW + 3100 }
    const { taken, item } = await open().take(key, later, { ...RING, deadline: NOW + 99_000 })
    expect({ taken, deadline: item.deadline, result: item.result.ring }).toEqual({
      taken: true,
      deadline: RING.deadline,
      result: undefined,
    })
    expect((await open().take(key, later, RING)).taken).toBe(false)
    await open().finish(key, later.until, result, true)
    expect((await open().take(key, { now: NOW + 60_000, until: NOW + 63_000 }, RING)).taken).toBe(false)
  })

  test('whoever lost the lease writes no result', async () => {
    const key = aKey()
    await open().take(key, LEASE, RING)
    const later = { now: NOW + 3001, until: NOW + 6001 }
    await open().take(key, later, RING)
    await expect(open().finish(key, LEASE.until, result, true)).rejects.toThrow()
    await open().finish(key, later.until, result, true)
    expect((await open().get(key.pbx, key.id))?.result.ring).toEqual(result)
  })

  test('a released claim can be taken at once, and keeps its first fields', async () => {
    const key = aKey()
    await open().take(key, LEASE, RING)
    await open().release(key, LEASE.until)
    const { taken, item } = await open().take(key, { now: NOW + 1, until: NOW + 3001 }, { ...RING, deadline: NOW + 99_000 })
    expect(taken).toBe(true)
    expect(item.deadline).toBe(RING.deadline)
  })

  test('nobody releases a claim of somebody else', async () => {
    const key = aKey()
    await open().take(key, LEASE, RING)
    await expect(open().release(key, LEASE.until - 1)).rejects.toThrow()
    expect((await open().take(key, LEASE, RING)).taken).toBe(false)
  })

  test('ring and cancel of one call are two claims on one item', async () => {
    const key = aKey()
    const cancel = { ...key, slot: 'cancel' as const }
    await open().take(key, LEASE, RING)
    await open().finish(key, LEASE.until, result, true)
    const { taken, item } = await open().take(cancel, LEASE, { cancelReason: 'declined' })
    expect(taken).toBe(true)
    expect(item).toMatchObject({ ...RING, cancelReason: 'declined', result: { ring: result } })
  })

  test('a cancelled call has no ring to take', async () => {
    const key = aKey()
    await open().take({ ...key, slot: 'cancel' }, LEASE, { cancelReason: 'declined' })
    const { taken, item } = await open().take(key, LEASE, RING)
    expect(taken).toBe(false)
    expect(item.cancelReason).toBe('declined')
    expect(item.to).toBeUndefined()
  })

  test('of a ring and its cancel at once, either the ring is suppressed or the cancel knows whom it rang', async () => {
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        const key = aKey()
        const [ring, cancel] = await Promise.all([
          open().take(key, LEASE, RING),
          open().take({ ...key, slot: 'cancel' }, LEASE, { cancelReason: 'declined' }),
        ])
        expect(cancel.taken).toBe(true)
        expect(ring.taken).toBe(cancel.item.to === RING.to)
      }),
    )
  })

  test('a message is another item than the call of the same id', async () => {
    const key = aKey('message')
    await open().take(key, LEASE, { to: '1001', receivedAt: NOW, deadline: NOW + 1000 })
    await open().finish(key, LEASE.until, result, true)
    expect(await open().get(key.pbx, key.id)).toBeUndefined()
    expect((await open().take({ ...key, slot: 'ring' }, LEASE, RING)).taken).toBe(true)
    expect((await open().take(key, LEASE, {})).item.result.message).toEqual(result)
  })

  test('the same callId of two PBXs is two calls', async () => {
    await open().take(aKey(), LEASE, RING)
    expect((await open().take(aKey(), LEASE, RING)).taken).toBe(true)
  })
}

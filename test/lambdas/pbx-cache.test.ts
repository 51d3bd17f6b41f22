import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Pbx } from '../../core/ports.ts'
import { createPbxCache } from '../../lambdas/kit/pbx-cache.ts'
import { publicKeyText } from '../../wire/signature.ts'

const key = () => publicKeyText(generateKeyPairSync('ed25519').publicKey)
const hq = (keys: Pbx['keys']): Pbx => ({ id: 'hq', name: 'HQ', keys, quotas: { devices: 1, pushesPerMinute: 1 } })

/** A cache over a store that counts its reads, with a clock that stands still until it is moved. */
function cacheOver(get: (id: string) => Promise<Pbx | undefined>) {
  const time = { now: 0 }
  const reads: string[] = []
  const store = {
    get: (id: string) => {
      reads.push(id)
      return get(id)
    },
    create: async () => false,
  }
  const cache = createPbxCache(store, { now: () => time.now, sleep: async () => {} })
  return { cache, reads, time }
}

test('a PBX is read once in 60 s', async () => {
  const { cache, reads, time } = cacheOver(async () => hq({ k1: key() }))
  for (time.now of [0, 1, 59_999]) expect((await cache('hq'))?.pbx.name).toBe('HQ')
  expect(reads).toHaveLength(1)
  time.now = 60_000
  await cache('hq')
  expect(reads).toHaveLength(2)
})

test('a revoked key is refused after 60 s, a new one is known by then', async () => {
  let pbx = hq({ k1: key() })
  const { cache, time } = cacheOver(async () => pbx)
  expect((await cache('hq'))?.publicKey('k1')?.asymmetricKeyType).toBe('ed25519')
  expect((await cache('hq'))?.publicKey('__proto__')).toBeUndefined()
  pbx = hq({ k2: key() })
  time.now = 60_000
  const known = await cache('hq')
  expect(known?.publicKey('k1')).toBeUndefined()
  expect(known?.publicKey('k2')?.asymmetricKeyType).toBe('ed25519')
})

test('an unknown PBX is asked for again after 5 s', async () => {
  let pbx: Pbx | undefined
  const { cache, reads, time } = cacheOver(async () => pbx)
  for (time.now of [0, 4_999]) expect(await cache('hq')).toBeUndefined()
  expect(reads).toHaveLength(1)
  pbx = hq({})
  time.now = 5_000
  expect((await cache('hq'))?.pbx).toBe(pbx)
  expect(reads).toHaveLength(2)
})

test('requests at the same moment share one read, each PBX its own', async () => {
  const { cache, reads } = cacheOver(async () => hq({}))
  await Promise.all(['hq', 'hq', 'branch', 'hq'].map(cache))
  expect(reads).toEqual(['hq', 'branch'])
})

test('a read that failed fails whoever waited for it, and is not kept', async () => {
  let fails = true
  const { cache, reads } = cacheOver(async () => {
    if (fails) throw new Error('throttled')
    return hq({})
  })
  const results = await Promise.allSettled([cache('hq'), cache('hq')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  fails = false
  expect((await cache('hq'))?.pbx.name).toBe('HQ')
  expect(reads).toHaveLength(2)
})

test('a PBX with a key that is none is an error, and is not kept either', async () => {
  let pbx = hq({ k1: 'nonsense' })
  const { cache } = cacheOver(async () => pbx)
  await expect(cache('hq')).rejects.toThrow()
  pbx = hq({ k1: key() })
  expect((await cache('hq'))?.publicKey('k1')).toBeDefined()
})

test('ids that anybody may send do not fill the memory', async () => {
  const { cache, reads } = cacheOver(async () => undefined)
  for (let id = 0; id < 1000; id++) await cache(`guess-${id}`)
  await cache('guess-999')
  expect(reads).toHaveLength(1000)
  await cache('one-more')
  await cache('guess-0')
  expect(reads.slice(1000)).toEqual(['one-more', 'guess-0'])
})

test('a flood of unknown ids neither drives a known PBX out nor fills the memory', async () => {
  const { cache, reads } = cacheOver(async (id) => (id === 'hq' ? hq({}) : undefined))
  await cache('hq')
  await Promise.all(Array.from({ length: 5000 }, (_, i) => cache(`forged-${i}`)))
  await cache('hq')
  expect(reads.filter((id) => id === 'hq')).toHaveLength(1)
})

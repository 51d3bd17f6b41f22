import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Pbx } from '../../core/pbx.ts'
import { createPbxCache } from '../../lambdas/kit/pbx-cache.ts'
import { publicKeyText } from '../../wire/signature.ts'

const key = () => ({ publicKey: publicKeyText(generateKeyPairSync('ed25519').publicKey), addedAt: 0 })
const hq = (keys: Pbx['keys'] = { k1: key() }): Pbx => ({
  id: 'hq',
  name: 'HQ',
  keys,
  quotas: { devices: 1, pushesPerMinute: 1 },
})

/** A cache over a store that counts its reads, with a clock that stands still until it is moved. */
function cacheOver(get: (id: string) => Promise<Pbx | undefined>) {
  const time = { now: 0 }
  const reads: string[] = []
  const store = {
    get: (id: string) => {
      reads.push(id)
      return get(id)
    },
  }
  const cache = createPbxCache(store, { now: () => time.now, sleep: async () => {} })
  const accepts = async (keyId: string, id = 'hq') => (await cache(id, keyId))?.publicKey(keyId) !== undefined
  return { cache, accepts, reads, time }
}

/** Reads that wait until they are answered, in whatever order. */
function slowReads() {
  const answers: ((pbx: Pbx | Error) => void)[] = []
  const get = () =>
    new Promise<Pbx>((resolve, reject) => answers.push((pbx) => (pbx instanceof Error ? reject(pbx) : resolve(pbx))))
  return { get, answer: (i: number, pbx: Pbx | Error) => answers[i]?.(pbx) }
}

test('a PBX is read once in 60 s', async () => {
  const { cache, reads, time } = cacheOver(async () => hq())
  for (time.now of [0, 1, 59_999]) expect((await cache('hq', 'k1'))?.pbx.name).toBe('HQ')
  expect(reads).toHaveLength(1)
  time.now = 60_000
  await cache('hq', 'k1')
  expect(reads).toHaveLength(2)
})

test('a revoked key is accepted for 60 s at most, counted from the asking, and then refused', async () => {
  let pbx = hq()
  const slow = slowReads()
  const { accepts, time } = cacheOver(() => (time.now === 0 ? slow.get() : Promise.resolve(pbx)))
  const first = accepts('k1')
  time.now = 3_000
  slow.answer(0, pbx)
  expect(await first).toBe(true)
  pbx = hq({})
  time.now = 59_999
  expect(await accepts('k1')).toBe(true)
  time.now = 60_000
  expect(await accepts('k1')).toBe(false)
})

test('a look for another key tells of a revoked one too', async () => {
  let pbx = hq()
  const { accepts } = cacheOver(async () => pbx)
  expect(await accepts('k1')).toBe(true)
  pbx = hq({ k2: key() })
  expect(await accepts('k2')).toBe(true)
  expect(await accepts('k1')).toBe(false)
})

test('what every object has is no key', async () => {
  const { accepts } = cacheOver(async () => hq())
  for (const keyId of ['__proto__', 'constructor', '']) expect(await accepts(keyId)).toBe(false)
})

test('a key that has just been added works at once, even to many requests at the same moment, for one read', async () => {
  let pbx = hq()
  const { accepts, reads, time } = cacheOver(async () => pbx)
  await accepts('k1')
  pbx = hq({ ...pbx.keys, k2: key() })
  time.now = 1
  expect(await Promise.all(Array.from({ length: 100 }, () => accepts('k2')))).not.toContain(false)
  expect(reads).toHaveLength(2)
})

test('guesses at keys are looked up once in 5 s; a key added since waits for the next look', async () => {
  let pbx = hq()
  const { accepts, reads, time } = cacheOver(async () => pbx)
  await accepts('k1')
  const guesses = () => Promise.all(Array.from({ length: 100 }, (_, i) => accepts(`guess-${i}`)))
  expect(await guesses()).not.toContain(true)
  pbx = hq({ ...pbx.keys, k2: key() })
  time.now = 4_999
  expect(await guesses()).not.toContain(true)
  expect(await accepts('k2')).toBe(false)
  expect(reads).toHaveLength(2)
  time.now = 5_000
  expect(await accepts('k2')).toBe(true)
  expect(reads).toHaveLength(3)
})

test('who has just been read for a guess is not read again for it', async () => {
  const { accepts, reads, time } = cacheOver(async () => hq())
  expect(await accepts('guess')).toBe(false)
  expect(reads).toHaveLength(1)
  time.now = 60_000
  expect(await accepts('guess')).toBe(false)
  expect(reads).toHaveLength(2)
})

test('who brings a known key does not wait for the look of who does not', async () => {
  const slow = slowReads()
  const { accepts } = cacheOver(slow.get)
  const pbx = hq()
  const first = accepts('k1')
  slow.answer(0, pbx)
  await first
  const guess = accepts('k2')
  expect(await accepts('k1')).toBe(true)
  slow.answer(1, hq({ ...pbx.keys, k2: key() }))
  expect(await guess).toBe(true)
})

test('a look that fails fails who asked for it; known keys go on, and the next look is 5 s later', async () => {
  const slow = slowReads()
  const { accepts, reads, time } = cacheOver(slow.get)
  const pbx = hq()
  const first = accepts('k1')
  slow.answer(0, pbx)
  await first
  const guess = accepts('k2')
  await Promise.resolve()
  slow.answer(1, new Error('throttled'))
  await expect(guess).rejects.toThrow('throttled')
  await expect(accepts('k2')).rejects.toThrow('throttled')
  expect(await accepts('k1')).toBe(true)
  expect(reads).toHaveLength(2)
  time.now = 5_000
  const again = accepts('k2')
  await Promise.resolve()
  slow.answer(2, hq({ ...pbx.keys, k2: key() }))
  expect(await again).toBe(true)
})

test('an unknown PBX is asked for again after 5 s', async () => {
  let pbx: Pbx | undefined
  const { cache, reads, time } = cacheOver(async () => pbx)
  for (time.now of [0, 4_999]) expect(await cache('hq', 'k1')).toBeUndefined()
  expect(reads).toHaveLength(1)
  pbx = hq()
  time.now = 5_000
  expect((await cache('hq', 'k1'))?.pbx).toBe(pbx)
  expect(reads).toHaveLength(2)
})

test('requests at the same moment share one read, each PBX its own', async () => {
  const { cache, reads } = cacheOver(async () => hq())
  await Promise.all(['hq', 'hq', 'branch', 'hq'].map((id) => cache(id, 'k1')))
  expect(reads).toEqual(['hq', 'branch'])
})

test('a read that failed fails whoever waited for it, and is not kept', async () => {
  let fails = true
  const { cache, reads } = cacheOver(async () => {
    if (fails) throw new Error('throttled')
    return hq()
  })
  const results = await Promise.allSettled([cache('hq', 'k1'), cache('hq', 'k1')])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  fails = false
  expect((await cache('hq', 'k1'))?.pbx.name).toBe('HQ')
  expect(reads).toHaveLength(2)
})

test('a PBX with a key that is none is an error, and is not kept either', async () => {
  let pbx = hq({ k1: { publicKey: 'nonsense', addedAt: 0 } })
  const { cache } = cacheOver(async () => pbx)
  await expect(cache('hq', 'k1')).rejects.toThrow()
  pbx = hq()
  expect((await cache('hq', 'k1'))?.publicKey('k1')).toBeDefined()
})

test('ids that anybody may send do not fill the memory', async () => {
  const { cache, reads } = cacheOver(async () => undefined)
  for (let id = 0; id < 1000; id++) await cache(`guess-${id}`, 'k1')
  await cache('guess-999', 'k1')
  expect(reads).toHaveLength(1000)
  await cache('one-more', 'k1')
  await cache('guess-0', 'k1')
  expect(reads.slice(1000)).toEqual(['one-more', 'guess-0'])
})

test('a flood of unknown ids neither drives a known PBX out nor fills the memory', async () => {
  const { cache, reads } = cacheOver(async (id) => (id === 'hq' ? hq() : undefined))
  await cache('hq', 'k1')
  await Promise.all(Array.from({ length: 5000 }, (_, i) => cache(`forged-${i}`, 'k1')))
  await cache('hq', 'k1')
  expect(reads.filter((id) => id === 'hq')).toHaveLength(1)
})

import { expect, test } from 'vitest'
import { isoTime } from '../../core/clock.ts'
import { addKey, listKeys, removeKey } from '../../core/keys.ts'
import { MOST_KEYS } from '../../core/pbx.ts'
import { keyIdOf } from '../../wire/signature.ts'
import { START, virtualClock } from './clock.ts'
import { createMemory } from './memory.ts'
import { PBX } from './world.ts'

const publicKey = (name: string) => Buffer.from(name.padEnd(32)).toString('base64url')
const idOf = (name: string) => keyIdOf(publicKey(name))
const by = (name: string) => ({ pbx: PBX.id, keyId: idOf(name) })

/** A PBX with the key `old`, added a day ago. */
async function world() {
  const { pbxs } = createMemory()
  await pbxs.create({ ...PBX, keys: { [idOf('old')]: { publicKey: publicKey('old'), addedAt: START - 86_400_000 } } })
  return { pbxs, clock: virtualClock() }
}

const OLD = { keyId: idOf('old'), addedAt: isoTime(START - 86_400_000) }
const NEW = { keyId: idOf('new'), addedAt: isoTime(START) }

test('rotation: both keys are there, the oldest first, until the old one is removed in the name of the new one', async () => {
  const ports = await world()
  expect(await addKey(ports, by('old'), publicKey('new'))).toEqual(NEW)
  expect(await listKeys(ports, by('old'))).toEqual({ pbx: PBX.id, keys: [OLD, NEW] })
  await removeKey(ports, by('new'), idOf('old'))
  expect(await listKeys(ports, by('new'))).toEqual({ pbx: PBX.id, keys: [NEW] })
})

test('a key added again answers the same, its own too', async () => {
  const ports = await world()
  const first = await addKey(ports, by('old'), publicKey('new'))
  await ports.clock.sleep(1000)
  expect(await addKey(ports, by('old'), publicKey('new'))).toEqual(first)
  expect(await addKey(ports, by('old'), publicKey('old'))).toEqual(OLD)
})

test(`a PBX has ${MOST_KEYS} keys at most; a repeat of the last is no more`, async () => {
  const ports = await world()
  for (let i = 1; i < MOST_KEYS; i++) await addKey(ports, by('old'), publicKey(`new ${i}`))
  await expect(addKey(ports, by('old'), publicKey('one more'))).rejects.toMatchObject({ code: 'too_many_keys' })
  expect(await addKey(ports, by('old'), publicKey('new 1'))).toMatchObject({ keyId: idOf('new 1') })
  await removeKey(ports, by('old'), idOf('new 1'))
  expect(await addKey(ports, by('old'), publicKey('one more'))).toMatchObject({ keyId: idOf('one more') })
})

test('the key that signs cannot be removed, any other can, again and again', async () => {
  const ports = await world()
  await addKey(ports, by('old'), publicKey('new'))
  await expect(removeKey(ports, by('old'), idOf('old'))).rejects.toMatchObject({ code: 'key_in_use' })
  for (const _ of [1, 2]) await removeKey(ports, by('old'), idOf('new'))
  expect((await listKeys(ports, by('old'))).keys).toEqual([OLD])
})

test('who signs with a key that the PBX has lost changes nothing and is told nothing', async () => {
  const ports = await world()
  await addKey(ports, by('old'), publicKey('new'))
  await removeKey(ports, by('new'), idOf('old'))
  const before = await ports.pbxs.get(PBX.id)
  const refused = { name: 'SignatureRefused', reason: 'unknown_key' }
  await expect(addKey(ports, by('old'), publicKey('thief'))).rejects.toMatchObject(refused)
  await expect(removeKey(ports, by('old'), idOf('new'))).rejects.toMatchObject(refused)
  await expect(listKeys(ports, by('old'))).rejects.toMatchObject(refused)
  expect(await ports.pbxs.get(PBX.id)).toEqual(before)
})

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { enrol, type InvitePorts, invite } from '../../core/enrol.ts'
import { addKey, removeKey } from '../../core/keys.ts'
import { MOST_KEYS } from '../../core/pbx.ts'
import { keyIdOf } from '../../wire/signature.ts'
import { START } from './clock.ts'
import { exploreAll, type Scenario, type Turns } from './explore.ts'
import { createMemory } from './memory.ts'
import { PBX } from './world.ts'

const publicKey = (name: string) => Buffer.from(name.padEnd(32)).toString('base64url')
const idOf = (name: string) => keyIdOf(publicKey(name))
const by = (name: string) => ({ pbx: PBX.id, keyId: idOf(name) })
const mayFail = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined)

/** Ports that act at once, to prepare with, and ports whose every call waits for its turn. */
function stage({ clock, inTurns }: Turns) {
  const { pbxs } = createMemory()
  return {
    pbxs,
    base: { pbxs, clock, randomBytes },
    raced: { pbxs: inTurns(pbxs), clock, randomBytes },
    keyIds: async () => Object.keys((await pbxs.get(PBX.id))?.keys ?? {}),
  }
}

const inviteHere = (ports: InvitePorts) => invite(ports, PBX.id, {}, PBX.quotas)

test('two enrolments with one code at once: exactly one is answered, in every order', async () => {
  const scenario: Scenario = (turns) => {
    const { base, raced, keyIds } = stage(turns)
    const invited = inviteHere(base)
    const actors = ['a', 'b'].map((name) =>
      mayFail(invited.then(({ code }) => enrol(raced, { code, publicKey: publicKey(name) }))),
    )
    const check = async () => {
      const won = (await Promise.all(actors)).filter((answer) => answer !== undefined)
      expect(won).toHaveLength(1)
      expect(await keyIds()).toEqual(won.map(({ keyId }) => keyId))
    }
    return { actors, check }
  }
  expect(await exploreAll(scenario)).toBeGreaterThan(5)
})

test('one enrolment sent twice at once is answered alike, in every order', async () => {
  const scenario: Scenario = (turns) => {
    const { base, raced, keyIds } = stage(turns)
    const invited = inviteHere(base)
    const actors = [1, 2].map(() => invited.then(({ code }) => enrol(raced, { code, publicKey: publicKey('a') })))
    const check = async () => {
      expect(await Promise.all(actors)).toEqual([by('a'), by('a')])
      expect(await keyIds()).toEqual([idOf('a')])
    }
    return { actors, check }
  }
  expect(await exploreAll(scenario)).toBeGreaterThan(5)
})

test('two invitations at once, then both codes: one of them enrols, in every order', async () => {
  const scenario: Scenario = (turns) => {
    const { base, raced } = stage(turns)
    const actors = [1, 2].map(() => inviteHere(raced))
    const check = async () => {
      const codes = (await Promise.all(actors)).map(({ code }) => code)
      const answers = await Promise.all(codes.map((code) => mayFail(enrol(base, { code, publicKey: publicKey(code) }))))
      expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1)
    }
    return { actors, check }
  }
  expect(await exploreAll(scenario)).toBeGreaterThan(10)
})

test('a revocation against whoever lets a key in: no key is left, in every order', async () => {
  const scenario: Scenario = (turns) => {
    const { pbxs, base, raced, keyIds } = stage(turns)
    const before = inviteHere(base)
      .then(({ code }) => enrol(base, { code, publicKey: publicKey('old') }))
      .then(() => inviteHere(base))
    const actors = [
      before.then(() => raced.pbxs.revoke(PBX.id, START)),
      mayFail(before.then(({ code }) => enrol(raced, { code, publicKey: publicKey('late') }))),
      mayFail(before.then(() => addKey(raced, by('old'), publicKey('thief')))),
    ]
    const check = async () => {
      expect(await keyIds()).toEqual([])
      expect((await pbxs.get(PBX.id))?.invitation).toBeUndefined()
    }
    return { actors, check }
  }
  expect(await exploreAll(scenario)).toBeGreaterThan(10)
})

test('two keys that remove each other at once: one stays, in every order', async () => {
  const scenario: Scenario = (turns) => {
    const { base, raced, keyIds } = stage(turns)
    const before = inviteHere(base)
      .then(({ code }) => enrol(base, { code, publicKey: publicKey('a') }))
      .then(() => addKey(base, by('a'), publicKey('b')))
    const actors = [
      mayFail(before.then(() => removeKey(raced, by('a'), idOf('b')))),
      mayFail(before.then(() => removeKey(raced, by('b'), idOf('a')))),
    ]
    return { actors, check: async () => expect(await keyIds()).toHaveLength(1) }
  }
  expect(await exploreAll(scenario)).toBeGreaterThan(1)
})

test('keys added at once with room for one: one is added, in every order', async () => {
  const scenario: Scenario = (turns) => {
    const { pbxs, raced, keyIds } = stage(turns)
    const keys = Object.fromEntries(
      Array.from({ length: MOST_KEYS - 1 }, (_, i) => [idOf(`${i}`), { publicKey: publicKey(`${i}`), addedAt: START }]),
    )
    const before = pbxs.create({ ...PBX, keys })
    const actors = ['x', 'y'].map((name) => mayFail(before.then(() => addKey(raced, by('0'), publicKey(name)))))
    const check = async () => {
      expect((await Promise.all(actors)).filter((answer) => answer !== undefined)).toHaveLength(1)
      expect(await keyIds()).toHaveLength(MOST_KEYS)
    }
    return { actors, check }
  }
  expect(await exploreAll(scenario)).toBeGreaterThan(1)
})

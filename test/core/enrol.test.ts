import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { EnrolmentRefused, enrol, invite } from '../../core/enrol.ts'
import { codeFrom, hashCode, showCode } from '../../core/enrol-code.ts'
import { MOST_KEYS, type PbxChanges } from '../../core/pbx.ts'
import { EnrolmentCode } from '../../wire/keys.ts'
import { parse } from '../../wire/parse.ts'
import { Problem } from '../../wire/problem.ts'
import { keyIdOf } from '../../wire/signature.ts'
import { START } from './clock.ts'
import { createMemory } from './memory.ts'

const DAY = 24 * 3600 * 1000
const DEFAULTS = { devices: 10, pushesPerMinute: 60 }
const keyOf = (name: string) => Buffer.from(name.padEnd(32)).toString('base64url')
const [MINE, OTHER] = [keyOf('mine'), keyOf('other')]

function world() {
  const { pbxs } = createMemory()
  const time = { now: START }
  const ports = { pbxs, clock: { now: () => time.now, sleep: async () => {} }, randomBytes }
  return {
    pbxs,
    time,
    invite: (changes: PbxChanges = {}) => invite(ports, 'hq', changes, DEFAULTS),
    enrol: (code: string, publicKey = MINE) => enrol(ports, { code, publicKey }),
  }
}

/** What a refusal says, and what the log is told. */
async function refusalOf(enrolment: Promise<unknown>) {
  const problem = await enrolment.then(String, (error: unknown) => error)
  if (!(problem instanceof Problem && problem.cause instanceof EnrolmentRefused)) return problem
  return { code: problem.code, detail: problem.message, reason: problem.cause.reason }
}

const REFUSED = {
  code: 'enrolment_refused',
  detail: 'A code is valid once, for 24 hours, and until a newer one is made: ask the operator of the relay for a new code.',
}

describe('a code', () => {
  test('has 20 characters of Crockford’s base32, 5 bits of each byte, and is typed in groups', () => {
    expect(codeFrom(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe('0123456789ABCDEFGHJKMNPQRSTVWXYZ')
    expect(codeFrom(Uint8Array.of(32, 255, 224))).toBe('0Z0')
    expect(showCode('7K3QM00000ZZZZZ12345')).toBe('7K3QM-00000-ZZZZZ-12345')
  })

  test.each(['7K3QM-00000-ZZZZZ-11345', '7k3qm 00000 zzzzz 11345', '7k3qmOooO0zzzzz1i345', '7K3QM00000ZZZZZl1345'])(
    'is read as it is typed: %s',
    (typed) => expect(parse(EnrolmentCode, typed)).toBe('7K3QM00000ZZZZZ11345'),
  )

  test.each(['', '7K3QM-00000-ZZZZZ-1134', '7K3QM-00000-ZZZZZ-113455', '7K3QM-00000-ZZZZZ-1134U', '7K3QM-00000-ZZZZZ-1134é'])(
    'is not: "%s"',
    (typed) => expect(() => parse(EnrolmentCode, typed)).toThrow(Problem),
  )
})

describe('an invitation', () => {
  test('makes a PBX without keys, with the quotas that it is given or those that are usual', async () => {
    const { pbxs, ...one } = world()
    const { code, until } = await one.invite({ name: 'HQ', pushesPerMinute: 7 })
    expect(until).toBe(START + DAY)
    expect(await pbxs.get('hq')).toEqual({
      id: 'hq',
      name: 'HQ',
      keys: {},
      quotas: { devices: 10, pushesPerMinute: 7 },
      invitation: { codeHash: hashCode(code), until },
    })
  })

  test('is new each time, and is stored as a hash only', async () => {
    const { pbxs, ...one } = world()
    const codes = [await one.invite(), await one.invite()].map(({ code }) => code)
    expect(new Set(codes).size).toBe(2)
    for (const code of codes) expect(JSON.stringify(await pbxs.get('hq'))).not.toContain(code)
  })

  test('of a PBX that is known changes what it is given, and no key', async () => {
    const { pbxs, ...one } = world()
    await one.enrol((await one.invite({ name: 'HQ', devices: 3 })).code)
    const before = await pbxs.get('hq')
    const { code, until } = await one.invite({ pushesPerMinute: 5 })
    const invitation = { codeHash: hashCode(code), until }
    expect(await pbxs.get('hq')).toEqual({ ...before, quotas: { devices: 3, pushesPerMinute: 5 }, invitation })
  })

  test('is not made for a PBX that has no room for another key', async () => {
    const { pbxs, ...one } = world()
    for (let i = 0; i < MOST_KEYS; i++) await one.enrol((await one.invite()).code, keyOf(`${i}`))
    const before = await pbxs.get('hq')
    await expect(one.invite()).rejects.toMatchObject({ code: 'too_many_keys' })
    expect(await pbxs.get('hq')).toEqual(before)
  })
})

describe('enrolling', () => {
  test('makes the key one of the PBX’s', async () => {
    const { pbxs, ...one } = world()
    const { code } = await one.invite()
    expect(await one.enrol(code)).toEqual({ pbx: 'hq', keyId: keyIdOf(MINE) })
    const { keys, invitation } = (await pbxs.get('hq')) ?? {}
    expect(keys).toEqual({ [keyIdOf(MINE)]: { publicKey: MINE, addedAt: START, codeHash: hashCode(code) } })
    expect(invitation).toBeUndefined()
  })

  test('again with the same key answers the same, even after the code’s time; with another key it is refused', async () => {
    const { time, ...one } = world()
    const { code, until } = await one.invite()
    const first = await one.enrol(code)
    time.now = until
    expect(await one.enrol(code)).toEqual(first)
    expect(await refusalOf(one.enrol(code, OTHER))).toEqual({ ...REFUSED, reason: 'used' })
  })

  test('works until the code’s time, and not from then on', async () => {
    const { time, ...one } = world()
    const { code, until } = await one.invite()
    time.now = until
    expect(await refusalOf(one.enrol(code))).toEqual({ ...REFUSED, reason: 'expired' })
    time.now = until - 1
    expect(await one.enrol(code)).toMatchObject({ pbx: 'hq' })
  })

  test('with a code that nobody made is refused', async () => {
    const one = world()
    await one.invite()
    expect(await refusalOf(one.enrol('0'.repeat(20)))).toEqual({ ...REFUSED, reason: 'unknown' })
  })

  test('with a code is refused once there is a newer one, which works', async () => {
    const one = world()
    const [older, newer] = [await one.invite(), await one.invite()]
    expect(await refusalOf(one.enrol(older.code))).toEqual({ ...REFUSED, reason: 'void' })
    expect(await one.enrol(newer.code)).toMatchObject({ pbx: 'hq' })
    expect(await refusalOf(one.enrol(older.code))).toEqual({ ...REFUSED, reason: 'void' })
  })

  test('is refused after a revocation, also as a repeat; a new invitation lets the PBX in again', async () => {
    const { pbxs, ...one } = world()
    const used = await one.invite()
    await one.enrol(used.code)
    const open = await one.invite()
    await pbxs.revoke('hq', START)
    for (const { code } of [used, open]) expect(await refusalOf(one.enrol(code))).toEqual({ ...REFUSED, reason: 'void' })
    expect(await one.enrol((await one.invite()).code)).toEqual({ pbx: 'hq', keyId: keyIdOf(MINE) })
    expect((await pbxs.get('hq'))?.revokedAt).toBeUndefined()
  })

  test('is refused where there is no room for the key, although the code is good', async () => {
    const { pbxs, ...one } = world()
    await one.enrol((await one.invite()).code)
    const { code } = await one.invite()
    for (let i = 1; i < MOST_KEYS; i++) await pbxs.addKey('hq', keyIdOf(MINE), `k${i}`, { publicKey: OTHER, addedAt: START })
    expect(await refusalOf(one.enrol(code, OTHER))).toEqual({ ...REFUSED, reason: 'too_many_keys' })
    await pbxs.removeKey('hq', 'k1', 'k1')
    expect(await one.enrol(code, OTHER)).toEqual({ pbx: 'hq', keyId: keyIdOf(OTHER) })
  })
})

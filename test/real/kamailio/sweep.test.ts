/** REGISTER and CANCEL at every point of a held call, its push included: each on a user of its own, all at once, ten times. */
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import { openPhone } from './phone.ts'
import { openWorld, pushOf, type World } from './world.ts'

const ROUNDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const STEP_MS = 5
const BEFORE_MS = 20
const REGISTER_MS = 110
const steps = (from: number, to: number) => Array.from({ length: (to - from) / STEP_MS + 1 }, (_, i) => from + i * STEP_MS)

let world: World
beforeAll(async () => {
  // Who has not answered by then is pushed to: that is within the sweep.
  world = await openWorld({ gateway: { pingMs: 100 }, pns: { pushBudgetMs: 10_000 } })
})
afterAll(() => world?.close())

type Phone = Awaited<ReturnType<World['phone']>>
const [delivered, cancelled]: [Phone[], Phone[]] = [[], []]

/** Phones that are registered, known to the relay, and sleep. */
async function sleepers(names: readonly string[]) {
  const before = world.confirmed()
  const registering = names.map((name) => world.phone(world.user(), { push: pushOf(name), behaviour: 'rings' }))
  const phones = await Promise.all(registering)
  await until(() => expect(world.confirmed()).toBe(before + names.length))
  for (const phone of phones) phone.sleep()
  return phones
}

/** It registers as some phones do: three times. */
async function wakeAfter(ms: number, phone: Phone): Promise<void> {
  await after(ms)
  phone.wake()
  for (let i = 0; i < 3; i++) phone.register()
}

async function callAfter(ms: number, { user }: Phone) {
  await after(ms)
  return world.pbx.call(user)
}

test.each(ROUNDS)('a REGISTER at every point, before the INVITE and after it: one INVITE, answered (round %i)', async (round) => {
  const offsets = steps(-BEFORE_MS, 150)
  const phones = await sleepers(offsets.map((offset) => `r${round}-${offset}`))
  delivered.push(...phones)
  const calls = await Promise.all(
    phones.map(async (phone, i) => {
      const registered = wakeAfter(BEFORE_MS + (offsets[i] ?? 0), phone)
      const call = await callAfter(BEFORE_MS, phone)
      await registered
      return call
    }),
  )
  await until(() => expect(phones.filter((phone) => !phone.rings())).toEqual([]))
  for (const phone of phones) phone.answer()
  await until(() => expect(calls.map((call) => call.final()?.status)).toEqual(calls.map(() => 200)))
  expect(phones.map((phone) => phone.invites())).toEqual(phones.map(() => 1))
})

test.each(ROUNDS)('a CANCEL at every point, and a REGISTER meanwhile: no phone rings on (round %i)', async (round) => {
  const offsets = steps(0, 150)
  const phones = await sleepers(offsets.map((offset) => `c${round}-${offset}`))
  cancelled.push(...phones)
  const calls = await Promise.all(
    phones.map(async (phone, i) => {
      const call = world.pbx.call(phone.user)
      const registered = wakeAfter(REGISTER_MS, phone)
      await after(offsets[i] ?? 0)
      call.cancel()
      await registered
      return call
    }),
  )
  await until(() => expect(calls.map((call) => call.final()?.status)).toEqual(calls.map(() => 487)))
  await until(() => expect(phones.map((phone) => phone.uncancelled())).toEqual(phones.map(() => 0)))
})

test.each([1, 2, 3])('a phone that moves to another port at every point rings at one of them (round %i)', async (round) => {
  const offsets = steps(-BEFORE_MS, 150)
  const moves = await Promise.all(
    offsets.map(async (offset) => {
      const push = pushOf(`m${round}-${offset}`)
      const before = await world.phone(world.user(), { push, behaviour: 'rings' })
      const there = await openPhone(before.user, '127.0.2.1', { push, behaviour: 'rings', instance: before.instance })
      return { offset, before, there }
    }),
  )
  const calls = await Promise.all(
    moves.map(async ({ offset, before, there }) => {
      const moved = after(BEFORE_MS + offset).then(() => {
        before.sleep()
        there.register()
      })
      const call = await callAfter(BEFORE_MS, before)
      await moved
      return call
    }),
  )
  // The holder's 180, and one of the phone.
  await until(() => expect(calls.filter((call) => call.statuses().filter((status) => status === 180).length < 2)).toEqual([]))
  for (const { before, there } of moves) (there.invites() > 0 ? there : before).answer()
  await until(() => expect(calls.map((call) => call.final()?.status)).toEqual(calls.map(() => 200)))
  expect(moves.filter(({ before, there }) => before.invites() > 1 || there.invites() > 1)).toEqual([])
  await Promise.all(moves.map(({ there }) => there.close()))
})

test('nothing more came to any of them', () => {
  expect(delivered.filter((phone) => phone.invites() !== 1 || phone.cancels() > 0)).toEqual([])
  expect(cancelled.filter((phone) => phone.invites() > 1 || phone.uncancelled() > 0)).toEqual([])
  // Some were in time, and some were too late.
  expect(new Set(cancelled.map((phone) => phone.invites()))).toEqual(new Set([0, 1]))
})

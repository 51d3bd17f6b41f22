/** REGISTER and CANCEL at every point of a held call, each on a user of its own, all at once, ten times. */
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../asterisk/until.ts'
import { openWorld, pushOf, type World } from './world.ts'

const ROUNDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const STEP_MS = 5
const steps = (from: number, to: number) => Array.from({ length: (to - from) / STEP_MS + 1 }, (_, i) => from + i * STEP_MS)

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.close())

/** A phone that has a binding, and sleeps. */
async function sleeper(name: string, behaviour: 'answers' | 'rings') {
  const user = world.user()
  const phone = await world.phone(user, { push: pushOf(name), behaviour })
  phone.sleep()
  return phone
}

test.each(ROUNDS)(
  'a REGISTER at every point, from before the INVITE to long after it: one INVITE, answered (round %i)',
  async (round) => {
    const offsets = steps(-20, 150)
    const phones = await Promise.all(offsets.map((offset) => sleeper(`r${round}-${offset}`, 'answers')))
    const start = 50
    const calls = await Promise.all(
      phones.map(async (phone, i) => {
        const registered = after(start + (offsets[i] ?? 0)).then(() => {
          phone.wake()
          phone.register()
        })
        await after(start)
        const call = world.pbx.call(phone.user)
        await registered
        return call
      }),
    )
    await until(() => expect(calls.map((call) => call.final()?.status)).toEqual(calls.map(() => 200)))
    expect(phones.map((phone) => phone.invites())).toEqual(phones.map(() => 1))
  },
)

test.each(ROUNDS)('a CANCEL at every point, and a REGISTER after 60 ms: no phone rings on (round %i)', async (round) => {
  const offsets = steps(0, 150)
  const phones = await Promise.all(offsets.map((offset) => sleeper(`c${round}-${offset}`, 'rings')))
  const calls = await Promise.all(
    phones.map(async (phone, i) => {
      const call = world.pbx.call(phone.user)
      const registered = after(60).then(() => {
        phone.wake()
        phone.register()
      })
      await after(offsets[i] ?? 0)
      call.cancel()
      await registered
      return call
    }),
  )
  await until(() => expect(calls.map((call) => call.final()?.status)).toEqual(calls.map(() => 487)))
  // A call that comes behind all of that has gone all its way when what came before it has.
  const last = await sleeper(`last${round}`, 'answers')
  last.wake()
  const call = world.pbx.call(last.user)
  await until(() => expect(call.final()?.status).toBe(200))
  await until(() => expect(phones.map((phone) => phone.invites() - phone.cancels())).toEqual(phones.map(() => 0)))
})

import { setTimeout as sleep } from 'node:timers/promises'
import { end } from './kamailio-wake.ts'
import { GATEWAY, PLAIN, type World } from './kamailio-world.ts'
import { plateau } from './plateau.ts'
import { type Row, valueRow } from './row.ts'

const [HELD_MS, TALK_MS] = [20_000, 1_000]
/** Calls a second. */
const STEPS = [25, 50, 75, 100, 125, 150, 200, 250, 300]

/** One call from its beginning to its end; gives the milliseconds until its INVITE, and rejects if it is lost. */
type Way = (world: World, user: string) => Promise<number>

/** Held until its phone registers. */
const held: Way = async ({ caller, phones }, user) => {
  phones.sleep(user)
  const call = caller.call(user, GATEWAY)
  const invited = phones.invite(call.callId)
  await call.ringing
  await sleep(call.sentAt + HELD_MS - performance.now())
  const { sentAt, done } = phones.register(user, GATEWAY)
  await Promise.all([call.answered, done])
  await sleep(TALK_MS)
  await end(phones, call)
  return (await invited) - sentAt
}

/** Passed on at once by the plain proxy, and rings for as long. */
const passed: Way = async ({ caller, phones }, user) => {
  phones.wake(user)
  const call = caller.call(user, PLAIN)
  const invited = phones.invite(call.callId)
  await call.answered
  await sleep(TALK_MS)
  await end(phones, call)
  return (await invited) - call.sentAt
}

/** Calls a second, each of them held for 20 s, beside calls that ring for 20 s behind a plain proxy; each on one core. */
export async function benchRate(world: World, users: readonly string[]): Promise<Row[]> {
  await world.onOneCore()
  const load = (way: Way) => ({ steps: STEPS, callMs: HELD_MS + TALK_MS, users, call: (user: string) => way(world, user) })
  const value = await plateau(load(held))
  world.phones.ringFor(HELD_MS)
  const baseline = await plateau(load(passed))
  return [valueRow({ name: 'kamailio.rate', unit: 'calls/s, each held for 20 s', value, baseline }, '>=', 25)]
}

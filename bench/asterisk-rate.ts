import { setTimeout as sleep } from 'node:timers/promises'
import { plain, type World } from './asterisk-world.ts'
import { plateau } from './plateau.ts'
import { type Row, valueRow } from './row.ts'

const [HELD_MS, TALK_MS] = [20_000, 1_000]
/** Calls a second. */
const STEPS = [10, 20, 30, 40, 50, 60, 80, 100]

/** One call from its beginning to its end; gives the milliseconds until its INVITE, and rejects if it is lost. */
type Way = (world: World, extension: string) => Promise<number>

/** Held until its phone registers. */
const held: Way = async ({ phones }, extension) => {
  const invited = phones.invite(extension)
  const call = phones.call(extension)
  await call.ringing
  await sleep(call.sentAt + HELD_MS - performance.now())
  const { sentAt, done } = phones.register(extension, 300)
  await Promise.all([call.answered, done])
  await sleep(TALK_MS)
  await call.hangUp()
  await phones.register(extension, 0).done
  return (await invited) - sentAt
}

/** Dialled at once by Asterisk alone, and rings for as long. */
const dialled: Way = async ({ phones }, extension) => {
  await phones.register(extension, 300).done
  const invited = phones.invite(extension)
  const call = phones.call(plain(extension))
  await call.answered
  await sleep(TALK_MS)
  await call.hangUp()
  await phones.register(extension, 0).done
  return (await invited) - call.sentAt
}

/** Calls a second, each of them held for 20 s, beside calls that Asterisk rings for 20 s by itself. */
export async function benchRate(world: World, extensions: readonly string[]): Promise<Row[]> {
  const load = (way: Way) => ({
    steps: STEPS,
    callMs: HELD_MS + TALK_MS,
    users: extensions,
    call: (one: string) => way(world, one),
  })
  const value = await plateau(load(held))
  world.phones.ringFor(HELD_MS)
  const baseline = await plateau(load(dialled))
  return [valueRow({ name: 'asterisk.rate', unit: 'calls/s, each held for 20 s', value, baseline }, '>=', 10)]
}

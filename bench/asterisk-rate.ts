import { setTimeout as sleep } from 'node:timers/promises'
import { plain, type World } from './asterisk-world.ts'
import { percentile, type Row, valueRow } from './row.ts'

const [HELD_MS, TALK_MS] = [20_000, 1_000]
/** Calls a second. Each step goes on for as long as a call is held, so that as many end as begin, and is looked at then. */
const STEPS = [10, 20, 30, 40, 50, 60, 80, 100]
const LOOK_MS = 5_000
/** What is too long for an INVITE, of which there is one in a hundred at most. */
const LATE_MS = 60

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

/** The highest step at which no call is lost, and few are late. */
async function plateau(world: World, extensions: readonly string[], way: Way): Promise<number> {
  const free = [...extensions]
  const underWay = new Set<Promise<void>>()
  let ended: { at: number; ms: number }[] = []

  async function one(): Promise<void> {
    const extension = free.shift()
    if (extension === undefined) throw new Error('more calls than extensions')
    const ms = await way(world, extension).catch(() => Number.POSITIVE_INFINITY)
    ended.push({ at: performance.now(), ms })
    free.push(extension)
  }

  async function isHeld(rate: number): Promise<boolean> {
    const begin = performance.now()
    for (let i = 0; i < (rate * (HELD_MS + TALK_MS + LOOK_MS)) / 1_000; i++) {
      await sleep(Math.max(0, begin + (i * 1_000) / rate - performance.now()))
      const call = one().finally(() => underWay.delete(call))
      underWay.add(call)
    }
    const looked = ended.filter(({ at }) => at > begin + HELD_MS + TALK_MS).map(({ ms }) => ms)
    const lost = ended.some(({ ms }) => ms === Number.POSITIVE_INFINITY)
    ended = []
    return !lost && percentile(looked, 0.99) <= LATE_MS
  }

  let highest = 0
  for (const rate of STEPS) {
    if (!(await isHeld(rate))) break
    highest = rate
  }
  await Promise.all(underWay)
  return highest
}

/** Calls a second, each of them held for 20 s, beside calls that Asterisk rings for 20 s by itself. */
export async function benchRate(world: World, extensions: readonly string[]): Promise<Row[]> {
  const value = await plateau(world, extensions, held)
  world.phones.ringFor(HELD_MS)
  const baseline = await plateau(world, extensions, dialled)
  return [valueRow({ name: 'asterisk.rate', unit: 'calls/s, each held for 20 s', value, baseline }, '>=', 10)]
}

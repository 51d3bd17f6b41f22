import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from './row.ts'

const LOOK_MS = 5_000
/** What is too long for an INVITE, of which there is one in a hundred at most. */
const LATE_MS = 60

/** `steps`: calls a second, rising. `callMs`: how long a call lasts. `call` gives the ms until its INVITE, and rejects if it is lost. */
export type Load = { steps: readonly number[]; callMs: number; users: readonly string[]; call: (user: string) => Promise<number> }

/**
 * The highest step at which no call is lost, and few are late. Each goes on for as long as a call lasts, so that as many end as
 * begin, and is looked at then.
 */
export async function plateau({ steps, callMs, users, call }: Load): Promise<number> {
  const free = [...users]
  const underWay = new Set<Promise<void>>()
  let ended: { at: number; ms: number }[] = []

  async function one(): Promise<void> {
    const user = free.shift()
    if (user === undefined) throw new Error('more calls than users')
    const ms = await call(user).catch(() => Number.POSITIVE_INFINITY)
    ended.push({ at: performance.now(), ms })
    free.push(user)
  }

  async function isHeld(rate: number): Promise<boolean> {
    const begin = performance.now()
    for (let i = 0; i < (rate * (callMs + LOOK_MS)) / 1_000; i++) {
      await sleep(Math.max(0, begin + (i * 1_000) / rate - performance.now()))
      const call = one().finally(() => underWay.delete(call))
      underWay.add(call)
    }
    const looked = ended.filter(({ at }) => at > begin + callMs).map(({ ms }) => ms)
    const lost = ended.some(({ ms }) => ms === Number.POSITIVE_INFINITY)
    ended = []
    return !lost && percentile(looked, 0.99) <= LATE_MS
  }

  let highest = 0
  for (const rate of steps) {
    if (!(await isHeld(rate))) break
    highest = rate
  }
  await Promise.all(underWay)
  return highest
}

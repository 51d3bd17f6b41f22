import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Place } from './kamailio-socket.ts'
import { end } from './kamailio-wake.ts'
import { GATEWAY, SUSPEND, type World } from './kamailio-world.ts'
import { residentMiB } from './pns-process.ts'
import { childrenOf } from './programs.ts'
import { type Row, valueRow } from './row.ts'

const HELD_MS = 5_000

/** What of its shared memory a Kamailio has ever used, in KiB: each page is counted once among its processes. */
async function sharedKib(pid: number): Promise<number> {
  const processes = [pid, ...(await childrenOf(pid))]
  const maps = await Promise.all(processes.map((one) => readFile(`/proc/${one}/smaps_rollup`, 'utf8')))
  return maps.reduce((sum, text) => sum + Number(/^Pss_Shmem:\s+(\d+) kB$/m.exec(text)?.[1]), 0)
}

/** A call to each user, all of them held until their phones wake. Gives how many were answered, and what `used` grew by. */
async function holdAll({ caller, phones }: World, users: readonly string[], gateway: Place, used: () => Promise<number[]>) {
  const before = await used()
  for (const user of users) phones.sleep(user)
  const calls = users.map((user) => caller.call(user, gateway))
  await Promise.all(calls.map((call) => call.ringing))
  await sleep(HELD_MS)
  const grown = (await used()).map((kib, i) => (kib - (before[i] ?? 0)) / users.length)
  const woken = calls.map(async (call, i) => {
    await phones.register(users[i] ?? '', gateway).done
    await call.answered
    await end(phones, call)
  })
  const ended = await Promise.allSettled(woken)
  return { answered: ended.filter(({ status }) => status === 'fulfilled').length, grown }
}

/** Calls that are held at the same time: whether one is lost, and what they take of memory, beside the other design. */
export async function benchHeld(world: World, users: readonly string[]): Promise<Row[]> {
  const { kamailio, suspend, holder } = world
  const ours = async () => [await sharedKib(kamailio), (await residentMiB(holder)) * 1024]
  const value = await holdAll(world, users, GATEWAY, ours)
  const baseline = await holdAll(world, users, SUSPEND, async () => [await sharedKib(suspend)])
  const [kib = 0, holderKib = 0] = value.grown
  const [suspendKib = 0] = baseline.grown
  const all = users.length
  const answered = { unit: `answered, of ${all} held at once`, value: value.answered, baseline: baseline.answered }
  return [
    valueRow({ name: 'kamailio.held', ...answered }, '>=', all),
    valueRow({ name: 'kamailio.memory', unit: 'KiB a held call, in Kamailio', value: kib, baseline: suspendKib }, '<=', 128),
    valueRow(
      { name: 'kamailio.memory.holder', unit: 'KiB a held call, in the holder', value: holderKib, baseline: kib },
      '<=',
      64,
    ),
  ]
}
